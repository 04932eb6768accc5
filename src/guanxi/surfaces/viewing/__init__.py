"""Files as text: what a person reads of a document, a workbook, a presentation or a letter without opening it."""
