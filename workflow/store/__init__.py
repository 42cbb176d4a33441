"""Everything that speaks SQL, in rooms one above the other (an import contract holds every file).

At the bottom lie the `tables`; above them the `driver` (many statements at once), `evidence`
(chains and logs), and the doors in `database.py` beside what needs no room of its own; then `sight`
(who sees what), `offices`, `people`, `outgoing` messages, `casework` (what a step reads and
writes), and `lists` and `measuring`. On top is what handles the database as a whole: `schema`,
`moving`, `safety`. A room is handed a connection and opens no door.
"""
