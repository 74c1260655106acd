"""Inside a story stands a question."""

from activities.models.focus import focus, views

THINGS = {"plan": [["family"], ["business"]], "device": [["homesafe"]], "period": [["month"]]}


PREAMBLE = " ".join(["We have always been glad to be with you and tell all of our friends about it."] * 5)


def test_a_short_message_is_left_alone() -> None:
    assert focus("My drive is dead. What now?", THINGS) == "My drive is dead. What now?"


def test_the_question_of_a_story_is_kept_with_what_it_is_about() -> None:
    story = (
        "Hello, we are a small company of twelve people and have been on the Family plan for one month, which was fine "
        "at first. Our accountant now complains a lot. How can we move to Business without losing the shared links?"
    )
    assert focus(story, THINGS) == story
    assert (
        focus(f"{PREAMBLE} {story}", THINGS) == "How can we move to Business without losing the shared links? (Family)"
    )


def test_a_question_that_points_back_keeps_the_sentence_before_it() -> None:
    story = (
        "Last week I bought a HomeSafe for my mother because she lost all of her photos and was very sad about it. "
        "Now the light is blinking amber. What does that mean?"
    )
    assert focus(f"{PREAMBLE} {story}", THINGS) == "Now the light is blinking amber. What does that mean? (HomeSafe)"


def test_a_story_that_asks_nothing_is_read_whole() -> None:
    story = "It was a long day " * 8
    assert focus(story, THINGS) == story


def test_a_longer_message_is_also_looked_at_by_its_parts_that_ask() -> None:
    story = "My daughter gave me a HomeSafe last week. The light is amber now. What does that mean?"
    assert views(story) == [story, "What does that mean?", "The light is amber now. What does that mean?"]
    assert views("What does amber mean?") == ["What does amber mean?"]


def test_what_a_follow_up_is_about_is_no_part_of_what_it_asks() -> None:
    asked = "how long does the check take (education discount)"
    assert views(asked) == [asked, "how long does the check take"]
    assert views("how long does the check take") == ["how long does the check take"]
    story = "I unpacked the router yesterday evening. The light is amber now. What does that mean?"
    assert views(f"{story} (Link Hub)") == [f"{story} (Link Hub)", *views(story)]
