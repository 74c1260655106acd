"""SQL records: tables, repositories, migrations."""
