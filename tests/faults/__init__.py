"""Faults on purpose: whether what was paid for survives them, and whether we would notice if it did not.

    experiments.py      an experiment: a play on a stage; small in `make test`, large by `make torture`
    setting.py          what it is run with
    stage.py            replicas of the real service, their library, the provider with its ledger, the callers
    replicas.py         the service's processes: started, killed, frozen, ended
    callers.py          those who ask, each picture under a key of its own, again after an error
    facts.py            what there is afterwards: ledger, rows, files, and what callers were told
    reconciliation.py   whether all of that agrees
    kinds/              what is done to it, one module for each kind of fault
    sabotage/           the negative controls: the service without one of its safeguards
    commit_proxy.py, disks.py, strace.py    the tools of some kinds
    __main__.py, page.py                    `python -m tests.faults`, which writes docs/faults.md

After each experiment the provider's ledger of what it billed is compared with attempts, images, bytes and
acknowledgements. A control passes only when that comparison finds the damage.
"""
