"""Against a gateway that is started again by itself whenever it ends; scripts/check-clients provides it."""

from __future__ import annotations

import os
import pathlib
import signal
import threading
import time
import unittest
import urllib.request
from typing import List, cast

from cutroom_client import ClipRequest, Cutroom, CutroomError, ProblemError, TimedOut, Transcript, is_clip

ADDRESS = os.environ["CUTROOM_ADDRESS"]
KEY = os.environ["CUTROOM_KEY"]
client = Cutroom(ADDRESS, key=KEY, timeout=20)
start_ms = 60_000


def gateway() -> int:
    return int(pathlib.Path(os.environ["CUTROOM_PID_FILE"]).read_text())


def unheard() -> ClipRequest:
    """One that nobody has asked for. JavaScript's tests ask for others."""
    global start_ms
    start_ms += 1_000
    return {"episode_id": os.environ["CUTROOM_EPISODE"], "start_time_ms": start_ms, "duration_ms": 7_000}


def opened(url: str) -> "tuple[str, str, bytes]":
    request = urllib.request.Request(url, headers={"X-Api-Key": KEY})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers.get_content_type(), answer.headers.get("Content-Disposition", ""), answer.read()


class CutroomTests(unittest.TestCase):
    def test_a_clip_that_has_to_be_made_is_waited_for_and_is_there_the_next_time(self) -> None:
        request = unheard()
        made = client.get(request)
        self.assertEqual((made["cache_hit"], made["duration_ms"], made["format"]), (False, 7_000, "mp3"))
        self.assertTrue(client.get(request)["cache_hit"])
        self.assertEqual(opened(made["clip_url"])[0], "audio/mpeg")

    def test_an_answer_has_the_parts_that_were_asked_for(self) -> None:
        request = unheard()
        clip = client.get(request, parts=["transcript", "waveform"])
        end = time.monotonic() + 10
        while "waveform_url" not in clip and time.monotonic() < end:
            clip = client.get(request, parts=["transcript", "waveform"])
        self.assertIn("waveform_url", clip)
        transcript = cast(Transcript, clip["transcript"])
        self.assertGreater(len(transcript["segments"]), 0)

    def test_a_batch_has_an_entry_for_each_clip_in_the_order_asked(self) -> None:
        request, wrong = unheard(), unheard()
        wrong["duration_ms"] = 90_000
        client.get(request)
        ready, missing, refused = client.batch([request, unheard(), wrong])
        self.assertTrue(is_clip(ready))
        self.assertEqual(missing.get("status"), "pending")
        self.assertEqual(refused.get("reason"), "bad-parameters")
        wanted = unheard()
        client.batch([wanted], make=True)
        self.assertEqual(client.get(wanted)["duration_ms"], 7_000)

    def test_a_clip_is_followed_until_it_is_ready(self) -> None:
        request = unheard()
        states = list(client.follow(request))
        names = [progress["status"] for progress in states]
        self.assertEqual(names[-1], "ready")
        self.assertTrue(is_clip(states[-1].get("clip")))
        self.assertGreater(len(names), 1)
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual([progress["status"] for progress in client.follow(request)], ["ready"])

    def test_the_gateways_problems_are_errors_with_their_reason(self) -> None:
        with self.assertRaises(ProblemError) as nobody:
            client.get({"episode_id": "0" * 24, "start_time_ms": 0})
        self.assertEqual((nobody.exception.status, nobody.exception.reason), (404, "no-such-episode"))
        wrong = unheard()
        wrong["start_time_ms"] = -1
        with self.assertRaises(ProblemError) as refused:
            client.get(wrong)
        self.assertEqual(refused.exception.status, 400)
        self.assertEqual(refused.exception.problem["errors"][0]["name"], "start_time_ms")
        with self.assertRaises(CutroomError) as stranger:
            Cutroom(ADDRESS, key="cutroom_wrong").get(unheard())
        assert isinstance(stranger.exception, ProblemError)
        self.assertEqual(stranger.exception.status, 401)

    def test_what_a_limit_refuses_is_asked_for_again_as_retry_after_says(self) -> None:
        key = os.environ["CUTROOM_SLOW_KEY"]
        slow = Cutroom(ADDRESS, key=key, timeout=10)
        began = time.monotonic()
        for _ in range(3):
            slow.batch([unheard()])
        self.assertGreater(time.monotonic() - began, 1)
        with self.assertRaises(TimedOut) as hurried:
            Cutroom(ADDRESS, key=key, timeout=0.1).batch([unheard()])
        cause = hurried.exception.__cause__
        assert isinstance(cause, ProblemError)
        self.assertEqual(cause.status, 429)

    def test_a_gateway_that_says_nothing_is_waited_for_until_time_is_up(self) -> None:
        pid = gateway()
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with self.assertRaises(TimedOut):
                client.get(unheard(), timeout=0.3)
            self.assertLess(time.monotonic() - began, 2)
        finally:
            os.kill(pid, signal.SIGCONT)

    def test_a_gateway_that_is_killed_while_it_is_asked_is_asked_again_when_it_is_back(self) -> None:
        pid = gateway()
        # So it has the request, and has surely not answered it.
        os.kill(pid, signal.SIGSTOP)
        threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
        self.assertEqual(client.get(unheard())["duration_ms"], 7_000)
        self.assertNotEqual(gateway(), pid)

    def test_a_clip_is_followed_on_when_the_gateway_is_killed_in_the_middle(self) -> None:
        pid = gateway()
        request = unheard()
        request["duration_ms"] = 60_000
        states: List[str] = []
        for progress in client.follow(request):
            if not states:
                self.assertNotEqual(progress["status"], "ready")
                os.kill(pid, signal.SIGKILL)
            states.append(progress["status"])
        self.assertEqual(states[-1], "ready")
        self.assertNotEqual(gateway(), pid)

    def test_the_address_that_plays_leads_to_the_sound_and_the_page_is_one(self) -> None:
        request = unheard()
        request["format"] = "opus"
        play = client.play_url(request)
        self.assertIn("/play.opus?", play)
        self.assertEqual(opened(play)[0], "audio/ogg")
        self.assertTrue(opened(client.play_url(request, download=True))[1].startswith("attachment"))
        page = client.page_url(f"{request['episode_id']}/{start_ms}-{start_ms + 7_000}.opus")
        self.assertIn(b"<audio ", opened(page)[2])


if __name__ == "__main__":
    unittest.main()
