"""`duban demo`: a year of the sample prefecture, played through the real product in seconds.

The story is data (`definitions/sample/story.yaml`): who does what when. What is here can play any
story of any workflow and knows none by name. `stage` sets up a database of its own and the servers
that take the messages, `play` lets the year pass, the other files tell what became of it.
"""
