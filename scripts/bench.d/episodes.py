"""Long episodes to cut from: five minutes of sound, encoded twice, whose frames come again and again."""

import dataclasses
import os
import subprocess

FEED = "bench-long"
# Sound that never comes back to the same place, now loud and now soft, so that a variable bitrate varies.
SOUND = ("anoisesrc=c=pink:seed=3:d=300:r=44100:a=0.9,volume='0.01+abs(sin(t*t*0.003)*sin(t*0.71))':eval=frame,"
         "aformat=channel_layouts=stereo")
RATE, FRAME_SAMPLES = 48_000, 1152


@dataclasses.dataclass
class Episode:
    """One file in the source bucket, and what is in it."""

    id: str
    name: str
    hours: int
    options: tuple

    @property
    def guid(self):
        return f"bench-{self.id[-4:]}"

    @property
    def key(self):
        return f"{FEED}/{self.guid}/audio/episode.mp3"

    @property
    def is_constant(self):
        return "-b" in self.options


# At 48 kHz a frame of 128 kbit/s has 384 bytes, always: so the tag's counters can be set by hand.
CONSTANT, VARIABLE = ("-b", "128", "--resample", "48"), ("-V", "2", "--resample", "48")
ALL = [
    Episode("60000000000000000000c001", "1 h, 128 kbit/s", 1, CONSTANT),
    Episode("60000000000000000000c003", "3 h, 128 kbit/s", 3, CONSTANT),
    Episode("60000000000000000000f001", "1 h, V2", 1, VARIABLE),
    Episode("60000000000000000000f003", "3 h, V2", 3, VARIABLE),
]


def provide(store, folder, say):
    """Puts into the source bucket what is not there yet. `store` is an s3.Bucket."""
    os.makedirs(folder, exist_ok=True)
    for options in (CONSTANT, VARIABLE):
        missing = [episode for episode in ALL if episode.options == options and not store.has(episode.key)]
        if not missing:
            continue
        say(f"encoding five minutes with lame {' '.join(options)}")
        part = encode(folder, options)
        for episode in missing:
            path = os.path.join(folder, "long.mp3")
            join(part, episode, path)
            say(f"storing {episode.name}, {os.path.getsize(path) / 1e6:.0f} MB")
            store.put(path, episode.key)
            os.remove(path)


def encode(folder, options):
    """The encoder's file: its first frame is a tag, and no sound."""
    wave, file = os.path.join(folder, "part.wav"), os.path.join(folder, "part.mp3")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", SOUND, wave], check=True)
    subprocess.run(["lame", "--quiet", *options, wave, file], check=True)
    with open(file, "rb") as source:
        sound = source.read()
    os.remove(wave)
    os.remove(file)
    return sound


def join(part, episode, path):
    """So many repeats as last for the episode's hours; V2 loses its tag, which a join makes wrong, and must be scanned."""
    tag_bytes = frame_bytes(part)
    tag, body = part[:tag_bytes], part[tag_bytes:]
    times = -(-episode.hours * 3600 * RATE // (frames(body) * FRAME_SAMPLES))
    with open(path, "wb") as file:
        if episode.is_constant:
            place = tag.index(b"Info")
            total = len(tag) + times * len(body)
            counters = (times * frames(body)).to_bytes(4, "big") + total.to_bytes(4, "big")
            file.write(tag[:place + 8] + counters + tag[place + 16:])
        for _ in range(times):
            file.write(body)


def frames(sound):
    count, place = 0, 0
    while place + 4 <= len(sound):
        place += frame_bytes(sound, place)
        count += 1
    return count


def frame_bytes(sound, place=0):
    """Of MPEG-1 Layer III at 48 kHz (ISO/IEC 11172-3, 2.4.2.3)."""
    kbps = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[sound[place + 2] >> 4]
    return 144_000 * kbps // RATE + (sound[place + 2] >> 1 & 1)


def documents():
    """What MongoDB holds of them, as extended JSON: (collection, documents)."""
    return [one for episode in ALL for one in documents_of(episode.id, episode.guid, episode.name, episode.hours * 3600)]


def documents_of(id, guid, title, seconds):
    """The same of one episode of the feed."""
    return [
        ("episode_metadata", [f'{{"_id":{{"$oid":"{id}"}},"guid":"{guid}","title":"{title}","duration":{seconds}}}']),
        ("transcript_chunks_768d", [
            f'{{"episode_id":"{guid}","feed_slug":"{FEED}","chunk_index":0,"start_time":0.0,"text":"a"}}'])]
