"""Everything that speaks SQL, in rooms one above the other (an import contract holds it).

`tables` and the two doors in `database.py` lie at the bottom, then the `driver` (many statements
at once), `evidence` (chains and logs), `sight` (who sees what), `offices`, `people`, `outgoing`
messages, `casework` (what a step reads and writes), and on top `lists` and `measuring`.
"""
