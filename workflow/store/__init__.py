"""Everything that speaks SQL: tables, the two doors to the database, and the rows behind cases,
people and messages.
"""
