"""The answer to a sender: their own workbook back, with a reason in each failing cell.

Here: how remarks (reply/remarks.py) become colours, comments and the sheet 校验结果. Not here:
what is said about a cell. A sender's workbook is edited in its own parts, so that everything
nobody talks about stays byte for byte: formulas with their values, charts, macros, formats.
"""
