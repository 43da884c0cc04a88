"""A talking head made of arithmetic: skin, lids, lips, teeth, tongue, eyes, hair and all 52 ARKit shapes.

Pure: numbers in, the bytes of a glTF file out. Millimetres inside, metres in the file.
"""
