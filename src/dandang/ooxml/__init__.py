"""Changes to a workbook that leave everything else in it as it was: only the parts that change are written anew (ECMA-376).

A library that reads a workbook and writes it again loses what it does not know, and needs seven times the time: charts, pictures and forms of an office's
own workbook have to survive. So `package` copies parts as they are, `sheet` colours cells of a sheet as it streams by, `styles` and `notes` add what that needs.
"""
