"""What Duban is measured against; `environment.py` makes the environment some of it needs."""
