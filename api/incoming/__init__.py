"""The signed door: other systems send cases, and what became of them, with a signature by HTTP.

docs/webhooks.md tells the other side's developer how.
"""
