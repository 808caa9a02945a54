"""What leaves the program: every document as a type, with what each of its fields means, and how it is made.

A type is a `TypedDict` whose keys are described in the lines below them; from these the JSON schemas (`schemas`) and
the field reference are made. A function beside it makes the document from a report. Nothing heavy is imported here.
"""
