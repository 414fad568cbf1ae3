"""Writes a folder of spoken episodes with the times of their words: some to be found and looked at, one that means harm."""

import json
import pathlib
import subprocess
import sys
import wave

EPISODES = {
    "Field Notes/The secret life of honey bees": (
        "Honey bees never sleep through a whole night. When a scout finds a field of clover, she flies home and dances. "
        "The dance tells her sisters how far to fly, and in which direction. Bees make honey from nectar, and it keeps for years. "
        "A colony in summer counts fifty thousand bees, and one queen. In winter they hold together in a ball and shiver to stay warm. "
        "The bees in the middle are never cold, and they take turns. A beekeeper who listens can hear whether the hive is calm. "
        "What we call a hum is two hundred wingbeats every second. And when the lime trees bloom, the whole street smells of honey."),
    "Field Notes/How tides shape the coast": (
        "Twice a day the sea comes in, and twice it leaves again. The moon pulls at the water, and the coast answers. "
        "Sand that lay here yesterday lies a mile further down today. Fishermen read the tides as others read the clock. "
        "In some bays the water rises by fifteen metres. Even the bees of the dunes wait for low water."),
    "The Long Now Kitchen/Bread, slowly": (
        "Good bread needs flour, water, salt, and time. The dough rests overnight, and the yeast does the work. "
        "Do not hurry it, for the crust will tell. My grandmother put a spoon of honey into every loaf."),
}
HARM = ("<script>window.hurt = 1</script>", "<img src=x onerror='window.hurt = 2'>", "\u202egnorw si siht\u202c",
        "\"><svg onload=window.hurt=3>", "{{constructor.constructor('window.hurt=4')()}}", "javascript:window.hurt=5", "&lt;b&gt; &#x3c;",
        "x" * 10_000)
COVERS = {"Field Notes": ("0x1f6f5f", "0xf2c14e"), "The Long Now Kitchen": ("0x7a3b2e", "0xf3dcc2")}


def speak(text, file):
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "160", "-w", file, text], check=True)
    with wave.open(str(file)) as sound:
        return sound.getframerate(), sound.readframes(sound.getnframes())


def write(folder, work):
    for name, text in EPISODES.items():
        path = pathlib.Path(folder, f"{name}.mp3")
        path.parent.mkdir(parents=True, exist_ok=True)
        segments, sound, rate = [], b"", 22_050
        for sentence in text.replace(". ", ".\n").splitlines():
            rate, frames = speak(sentence, work / "sentence.wav")
            start, length = len(sound) / 2 / rate, len(frames) / 2 / rate
            sound += frames + bytes(2 * (rate * 2 // 5))
            segments.append({"start": start, "end": start + length, "text": sentence, "words": words(sentence, start, length)})
        save(path, sound, rate, path.stem, path.parent.name)
        path.with_suffix(".json").write_text(json.dumps({"segments": segments}))
    for feed, (one, other) in COVERS.items():
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"gradients=s=256x256:c0={one}:c1={other}:x0=0:y0=0:x1=256:y1=256:d=1", "-frames:v", "1",
             str(pathlib.Path(folder, feed, "cover.jpg"))], check=True)
    harm(pathlib.Path(folder, "Harm"), work)


def words(sentence, start, length):
    """In proportion to their letters: what counts here is that the page goes by these times."""
    all_letters, said, found = len(sentence.replace(" ", "")), 0, []
    for word in sentence.split():
        begin = start + length * said / all_letters
        said += len(word)
        found.append({"word": f" {word}", "start": round(begin, 3), "end": round(start + length * said / all_letters, 3)})
    return found


def harm(folder, work):
    folder.mkdir()
    rate, frames = speak("This one means harm.", work / "sentence.wav")
    save(folder / "harm.mp3", frames * 6, rate, f"{HARM[0]}{HARM[1]}{HARM[2]}", f"<i>feed</i>{HARM[3]}")
    segments = [{"start": place, "end": place + 0.9, "speaker": f"<u>{text[:40]}</u>", "text": f"harm {text}."} for place, text in enumerate(HARM)]
    (folder / "harm.json").write_text(json.dumps({"segments": segments}))


def save(path, sound, rate, title, feed):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-", "-ar", "44100", "-codec:a", "libmp3lame", "-b:a", "96k",
         "-metadata", f"title={title}", "-metadata", f"album={feed}", str(path)], input=sound, check=True)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
