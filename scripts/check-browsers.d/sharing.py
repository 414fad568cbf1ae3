"""Has programs that others use read a clip's page: pyoembed discovers its oEmbed answer, extruct reads Open Graph and JSON-LD.

sharing.py PAGE
"""

import sys
import urllib.request
import warnings

warnings.simplefilter("ignore")

import extruct  # noqa: E402
import lxml.html  # noqa: E402
from pyoembed import oEmbed  # noqa: E402

page = sys.argv[1]
embed = page.replace("/c/", "/embed/")


def same(found, expected, what):
    if found != expected:
        sys.exit(f"check-browsers: {what} is {found!r} and not {expected!r}")


told = oEmbed(page)
same((told["type"], told["version"]), ("rich", "1.0"), "oEmbed")
(frame,) = lxml.html.fragments_fromstring(told["html"])
same((frame.tag, frame.get("src")), ("iframe", embed), "oEmbed's frame")
with urllib.request.urlopen(embed, timeout=30) as answer:
    same(answer.status, 200, "the frame's status")
with urllib.request.urlopen(page, timeout=30) as answer:
    read = extruct.extract(answer.read().decode(), base_url=page, syntaxes=["opengraph", "json-ld"])
graph = dict(read["opengraph"][0]["properties"])
same((graph["og:title"], graph["og:url"], graph["og:audio:type"]), (told["title"], page, "audio/mpeg"), "Open Graph")
with urllib.request.urlopen(graph["og:audio"], timeout=30) as answer:
    same(answer.headers.get_content_type(), "audio/mpeg", "what og:audio leads to")
(episode,) = read["json-ld"]
clip = episode["hasPart"]
same((episode["@type"], clip["@type"], clip["url"]), ("PodcastEpisode", "Clip", page), "JSON-LD")
same(clip["endOffset"] - clip["startOffset"], 13, "the clip's length in JSON-LD")
same(clip["audio"]["transcript"], graph["og:description"], "what is said in JSON-LD")
print("check-browsers: pyoembed and extruct read the clip's page as it should be", file=sys.stderr)
