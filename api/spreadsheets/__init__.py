"""Spreadsheets in and out: cases to open and lists of the organisation come in, ledgers go out.

Bytes become rows in `reading` alone; the other files say what the columns mean.
"""
