"""SQL records: tables, repositories, migrations.

A module ``<noun>_tables`` has tables, the one beside it the SQL about them. Where to look:

- The database: ``database`` (begin here), ``sqlite``, ``upsert``, ``paging``, ``models`` (the tables most is about).
- Conversations: ``conversations``, ``turns``, ``ledger`` (what a turn leaves, in one transaction), ``audit``,
  ``reviews``, ``unanswered``.
- Documents: ``documents`` (begin here), ``staging``, ``publishing``, ``revised``, ``confirmations``, ``file_names``,
  ``document_access``, ``access_tables``, ``document_filters``, ``knowledge_tables``, ``knowledge_events``, ``twins``,
  ``signatures``, ``leftovers``, ``ingestions``, ``blobs``, ``snapshot``; for the index: ``index_truth``, ``answering``.
- Sources: ``sources``, ``source_items``, ``source_tables``.
- Searches that people keep: ``saved_searches``, ``search_tables``.
- People: ``people``, ``people_tables``, ``people_events``, ``passwords``, ``keys``, ``seed``.
- Models: ``costs``, ``cost_tables``, ``kept_answers``, ``answer_tables``, ``evaluations``, ``evaluation_tables``.
"""
