"""Who sees which cases, and where a case stands in their lists."""
