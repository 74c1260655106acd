"""Knowledge: parse, split, embed, index, and search with rights inside the query.

Where to look, each group in the order in which its modules are best read:

- Documents in: ``ingest`` (begin here), ``reports``, ``uploads``, ``validate``, ``parts``, ``taking``,
  ``preparation``, ``split``, ``tokens``, ``outcomes``, ``revisions``; read in a process of its own:
  ``limited_parsing``, ``parse_child``.
- What a document is: ``names``, ``classification``, ``duplicates``.
- Documents out: ``deletion``, ``kept_vectors``.
- Rights: ``access``, ``rules``.
- Search: ``search`` (begin here), ``candidates``, ``half``, ``fusion``, ``diversity``, ``passages``, ``hits``;
  of words: ``spelling``, ``synonyms``, ``statistics``; remembered: ``ranking_cache``; not found: ``gaps``.
- The index: ``index``, ``chunks``, ``entries``; vectors: ``dense``, ``vectors``, ``shelves``, ``chroma``, ``exact``,
  ``exact_shelf``; full text: ``fulltext``, ``fulltext_document``, ``fulltext_query``.
- One index after the other: ``open``, ``stores``, ``generations``, ``current``, ``rebuild``.
- Kept right: ``check``, ``comparison``, ``repair``, ``health``; damaged files: ``damage``, ``aside``, ``chroma_care``,
  ``segments``.
- Files that can be made again: ``derived_file``, ``embedding_cache``, ``unit_vectors``; locks: ``folder_lock``,
  ``shared_lock``.
"""
