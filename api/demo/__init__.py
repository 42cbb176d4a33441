"""`duban demo`: a year of the sample prefecture, played through the real product in seconds; with
`--full` all of its work together, in minutes.

The stories are data (`definitions/sample/story.yaml`, `year.yaml`): who does what when. What is
here can play any story of any workflow and knows none by name. `stage` sets up a database of its
own and the servers that take the messages, `play` lets the year pass, `world` and `offices` are
what happens in it besides, the other files tell what became of it.
"""
