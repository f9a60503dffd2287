"""How a picture comes to be, and how none that was paid for is lost.

    generation.py         the story from the outside: record, begin, wait; and come to an end
    admission.py          whether new work may begin: room on the disk, a store that writes, no end under way
    new_images.py         what is written down of an image before anything of it is there
    kept_inputs.py        pictures to start from, in the store until nothing is to be made from them any more
    recording.py          the first transaction: images, their jobs, attempts and idempotency key
    workbench.py          what is being made in this process, each image in a task of its own
    leases.py             which images this process holds, and that it is still alive
    calls.py              the call that may cost money: an attempt for each, repeated where nothing was sent
    canceling.py          the end of what has not been sent
    circuits.py           generators that fail again and again are left in peace for a while
    outcomes.py           what came of a call: the answer is read and looked at
    settling.py           tries until bytes are in the store and rows in the database
    last_transaction.py   image, attempt, cost, job and idempotency key come to their end together
    recovery.py           takes up what is queued, and what a worker that is gone left behind
    spool_sweep.py        answers in the spool whose process is gone
    watching.py           waiting for an image, wherever it is made

The order is the promise. A row names the attempt before the generator is called; the answer is on the disk
before it is read; the bytes are durable in the store before the row says so; image, attempt, cost, job and
idempotency key change in one transaction.
"""
