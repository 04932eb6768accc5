"""Files in and out: tables are read, planned and imported; rows are exported.

Light on purpose: the process that parses foreign workbooks imports this package and must not load Django.
"""
