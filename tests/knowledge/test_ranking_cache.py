"""Rankings that are remembered: counted as hits and misses, the longest unused forgotten first."""

from activities import metrics
from activities.knowledge.ranking_cache import RankingCache


def counted(outcome: str) -> float:
    return float(metrics.SEARCH_CACHE.labels(outcome)._value.get())


def test_what_was_remembered_counts_as_a_hit_and_all_else_as_a_miss() -> None:
    rankings: RankingCache[list[str]] = RankingCache()
    hits, misses = counted("hit"), counted("miss")
    assert rankings.get("question") is None
    rankings.put("question", ["a"])
    assert rankings.get("question") == ["a"]
    assert rankings.get("another") is None
    assert (counted("hit") - hits, counted("miss") - misses) == (1, 2)


def test_the_ranking_that_was_used_longest_ago_is_forgotten_first() -> None:
    rankings: RankingCache[int] = RankingCache(most=2)
    rankings.put("first", 1)
    rankings.put("second", 2)
    rankings.get("first")
    rankings.put("third", 3)
    assert [rankings.get(name) for name in ("first", "second", "third")] == [1, None, 3]
