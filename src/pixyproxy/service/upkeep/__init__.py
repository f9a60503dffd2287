"""Whether rows and bytes agree, and how they are brought to agree again.

    findings.py     what is said about it
    examination.py  everything in its order, as `pixyproxy doctor` asks for it
    states.py       images and attempts that stand still, and deletions that did not come to their end
    endings.py      the end of what stands still
    belonging.py    whose the objects in the store are
    orphans.py      bytes without rows: given back to their image, or removed
    adoption.py     a picture that was paid for, and whose image does not know of it
    scrubbing.py    rows without their bytes: gone, of another size, of another hash
    content.py      what is said of them
    leftovers.py    answers that wait, writes that were cut off, room on the disk

The service may run meanwhile. Nothing is held while a page is looked at; each repair looks again, in a short
transaction that locks what it changes. What somebody paid for is never removed while its image is there.
"""
