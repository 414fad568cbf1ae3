"""Compares the waveforms that `cutroom clip` makes with numpy's.   compare.py CUTROOM WORKFOLDER"""

import json
import os
import random
import struct
import subprocess
import sys

import numpy

cutroom, work = sys.argv[1:3]
count, seed = int(os.environ["CUTROOM_CUTS"]), int(os.environ["CUTROOM_SEED"])
draw = random.Random(seed)

# Ending, encoder's words, and whether the source is cut by the frame, so that its MP3 clip is lossless.
KINDS = [
    ("mp3", ["-c:a", "libmp3lame", "-b:a", "128k"], True),
    ("mp3", ["-c:a", "libmp3lame", "-q:a", "4"], True),
    ("mp3", ["-c:a", "libmp3lame", "-b:a", "32k", "-ar", "22050"], True),
    ("m4a", ["-c:a", "aac"], False),
    ("opus", ["-c:a", "libopus"], False),
    ("ogg", ["-c:a", "libvorbis"], False),
    ("flac", ["-c:a", "flac", "-sample_fmt", "s16"], False),
    ("wav", ["-c:a", "pcm_s16le", "-ar", "48000"], False),
    ("aiff", ["-c:a", "pcm_s24be"], False),
    ("caf", ["-c:a", "alac"], False),
    ("mka", ["-c:a", "libopus"], False),
]
SECONDS = 40


def run(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout


def sources():
    """A file of each kind, mono and stereo: a tone that glides, in noise, louder and softer."""
    for number, (ending, encoder, by_frame) in enumerate(KINDS):
        for channels in (1, 2):
            path = f"{work}/source-{number}-{channels}.{ending}"
            left = "0.6*sin(2*PI*t*(150+40*t))*(0.6+0.4*sin(t*2))+0.2*(random(0)-0.5)"
            right = "0.9*sin(2*PI*t*(90+17*t))*(0.5+0.5*cos(t))+0.1*(random(1)-0.5)"
            sound = left if channels == 1 else f"{left}|{right}"
            made = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"aevalsrc='{sound}':s=44100:d={SECONDS}"]
            run(*made, *encoder, path)
            yield path, by_frame


def decoded(path):
    """Samples as ffmpeg decodes the clip, of 16 bits, a row for each moment; and their rate."""
    told = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_entries", "stream=sample_rate,channels", path))
    stream = told["streams"][0]
    raw = run("ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-c:a", "pcm_s16le", "pipe:1")
    return numpy.frombuffer(raw, "<i2").reshape(-1, stream["channels"]).astype(numpy.int64), int(stream["sample_rate"])


def towards_zero(values, divisor):
    """Division as C has it."""
    return numpy.sign(values) * (abs(values) // divisor)


def peaks(samples, samples_per_pixel, bits, split):
    """As audiowaveform computes it: `WaveformGenerator::process`, and `WaveformBuffer::saveAsJson` for 8 bits."""
    if not split:
        samples = towards_zero(samples.sum(1), samples.shape[1])[:, None]
    edges = numpy.arange(0, len(samples), samples_per_pixel)
    pairs = [numpy.minimum.reduceat(samples, edges), numpy.maximum.reduceat(samples, edges)]
    return towards_zero(numpy.stack(pairs, 2).reshape(-1), 256 if bits == 8 else 1)


def binary(path):
    """The table of audiowaveform's page "Waveform data file format", version 2."""
    content = open(path, "rb").read()
    version, flags, rate, samples_per_pixel, length, channels = struct.unpack("<iIiiIi", content[:24])
    kind = "i1" if flags & 1 else "<i2"
    return {
        "version": version, "bits": 8 if flags & 1 else 16, "sample_rate": rate, "channels": channels,
        "samples_per_pixel": samples_per_pixel, "length": length,
        "data": numpy.frombuffer(content[24:], kind).astype(int).tolist(),
    }  # fmt: skip


def main():
    made = list(sources())
    values = faults = 0
    for number in range(count):
        source, by_frame = made[number % len(made)] if number < len(made) else draw.choice(made)
        # Not so short that it lies within a frame, since then no MP3 could hold it without being encoded again.
        start = draw.uniform(0, SECONDS - 1)
        length = draw.choice([draw.uniform(0.1, 0.5), draw.uniform(0.5, 30)])
        place = ["--start", f"{start:.3f}s", "--duration", f"{length:.3f}s"]
        variant = (draw.choice([128, 256, 512, 1024, 2048, 4096]), draw.choice([8, 16]), draw.choice(["mono", "split"]))
        word = "-".join(map(str, variant))
        clip, data, packed = f"{work}/clip.{'mp3' if by_frame else 'wav'}", f"{work}/clip.peaks.json", f"{work}/clip.dat"
        run(cutroom, "clip", source, *place, "-o", clip)
        for name, path in (("peaks", data), ("dat", packed)):
            standard = variant == (256, 8, "mono")
            run(cutroom, "clip", source, *place, "--format", name if standard else f"{name}-{word}", "-o", path)
        samples, rate = decoded(clip)
        expected = peaks(samples, variant[0], variant[1], variant[2] == "split").tolist()
        channels = 1 if variant[2] == "mono" else samples.shape[1]
        for told in (json.load(open(data)), binary(packed)):
            head = {
                "version": 2, "channels": channels, "sample_rate": rate, "samples_per_pixel": variant[0],
                "bits": variant[1], "length": -(-len(samples) // variant[0]),
            }  # fmt: skip
            wrong = [name for name, value in head.items() if told[name] != value]
            if wrong or told["data"] != expected:
                faults += 1
                differ = sum(one != other for one, other in zip(told["data"], expected))
                print(f"{source} {' '.join(place)} {word}: {wrong or differ} wrong, {len(told['data'])} values of {len(expected)}")
            values += len(expected)
    print(f"waveforms of {count} clips, {values} values compared, {faults} files differ")
    sys.exit(1 if faults or values == 0 else 0)


main()
