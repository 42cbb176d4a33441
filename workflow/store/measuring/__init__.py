"""Indicators, scorecards and their results as rows."""
