"""The whole library, taken along as a folder of files and JSON lines, and brought back from one.

It is an operator's, of everything there is, and whole: guids, owners, hashes of keys, what was spent. What a
caller may take of what they see, as a ZIP file, is `service/export.py`.
"""
