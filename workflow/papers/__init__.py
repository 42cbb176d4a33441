"""Documents (公文): templates as text, what a case's document says, and what none may say.

Pure: a template and flat values in, a composed document out. How it looks on paper is drawn in
`api.papers`; that it was issued is a row in a case's history (`engine.issuing`).
"""
