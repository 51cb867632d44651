"""What is kept: the ledger (SQLAlchemy), the lake (Parquet), the engine (DuckDB), the mart."""
