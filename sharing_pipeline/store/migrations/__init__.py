"""The ledger's migrations, one module under versions/ for each version, run by Alembic.

versions.py decides when they run. A change of the models needs a new module there and the next
number in versions.py; a migration that has been released is never changed.
"""
