"""What is measured (监测评估) and how it is marked (考核): indicators and scorecards as data.

`model.py` is their grammar, `reading.py` and `checks.py` read and refuse a file, `scoring.py` and
`ranking.py` do the arithmetic and touch nothing, `shelf.py` knows what a database has published. No
Python names an indicator or a part of a scorecard.
"""
