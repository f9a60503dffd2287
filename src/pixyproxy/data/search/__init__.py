"""Finding images: an inverted index in tables of our own, the same in both databases.

    terms.py        what an image can be found by: its words, pairs of them, tags, owner, day and so on
    postings.py     for each block of ids and each term, the set of images that have it
    changes.py      the log of what was created, changed or removed since the index was brought up to date
    packing.py      takes what the log names into the index
    looks.py        perceptual hashes, side by side
    similar.py      the images that look most like one
    question.py     a search, as the terms an image must have and what its row must say
    walking.py      goes through the blocks: what the sets name, and what the log names besides
    finding.py      pages and counts: the rows have the last word
    gaps.py         what the index does not know of, were it damaged
    tag_counts.py   which tags there are, and how many images have each

What moves from the log into the index meanwhile is not missed: the log is read first.
"""
