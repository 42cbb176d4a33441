"""Documents on paper: what a case puts into a template, the docx of record laid out by GB/T
9704-2012, the PDF to look at beforehand. The libraries are imported where a document is drawn.
"""
