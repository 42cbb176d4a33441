"""Pages of indicators, scorecards and duties."""
