"""The organisation as tables: departments, teams and positions leave as a workbook and come back from one."""
