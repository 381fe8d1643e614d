"""Downloads: what arrives is whole and has the right hash, or nothing changes."""

import hashlib

import pytest

from course_lib.support.download import cache_dir, fetch, file_hash, replacing

CONTENT = b"weights"
SHA256, MD5 = (hashlib.new(name, CONTENT).hexdigest() for name in ("sha256", "md5"))


@pytest.fixture
def source(tmp_path):
    """A file that stands for the one on the server."""
    path = tmp_path / "server" / "model.pth"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("options", [{}, {"algorithm": "md5"}])
def test_a_file_is_downloaded_once(source, tmp_path, options):
    path, digest = tmp_path / "cache" / "model.pth", MD5 if options else SHA256
    assert fetch([source.as_uri()], path, digest, **options) == path
    source.unlink()
    assert fetch([source.as_uri()], str(path), digest, **options) == path
    assert path.read_bytes() == CONTENT
    assert [*path.parent.iterdir()] == [path]


def test_the_start_of_a_hash_is_enough(source, tmp_path):
    assert fetch([source.as_uri()], tmp_path / "model.pth", SHA256[:8]).read_bytes() == CONTENT


def test_a_broken_file_is_replaced_and_the_next_address_is_tried(source, tmp_path):
    path, wrong = tmp_path / "model.pth", tmp_path / "wrong.pth"
    path.write_bytes(CONTENT[:3])
    wrong.write_bytes(b"something else")
    addresses = [(tmp_path / "nowhere").as_uri(), wrong.as_uri(), source.as_uri()]
    assert fetch(addresses, path, SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("algorithm", "digest", "name"), [("md5", MD5, "MD5"), ("sha256", SHA256, "SHA-256")]
)
def test_the_error_says_what_happened_and_what_to_do(tmp_path, algorithm, digest, name):
    wrong, path = tmp_path / "wrong.pth", tmp_path / "cache" / "model.pth"
    wrong.write_bytes(b"something else")
    addresses = [(tmp_path / "nowhere").as_uri(), wrong.as_uri()]
    with pytest.raises(ConnectionError) as info:
        fetch(addresses, path, digest, algorithm=algorithm, hint="Digits need no network.")
    message = str(info.value)
    assert message.startswith(f"{path} is missing and could not be downloaded ({addresses[0]}: ")
    assert f"{addresses[1]}: invalid hash {file_hash(wrong, algorithm)}" in message
    assert message.endswith(
        f"or put model.pth into {path.parent} yourself. Digits need no network."
    )
    assert [*path.parent.iterdir()] == []
    path.write_bytes(b"half")
    with pytest.raises(ConnectionError, match=rf"is broken \(its {name} is wrong\) .* yourself\.$"):
        fetch(addresses, path, digest, algorithm=algorithm)
    assert path.read_bytes() == b"half"


def test_the_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with replacing(path) as part:
        part.write_text("first")
        assert not path.exists()
    assert path.read_text() == "first"


def test_a_failed_block_leaves_the_file_as_it_was(tmp_path):
    def stop_halfway():
        with replacing(path) as part:
            part.write_text("half of the sec")
            raise KeyboardInterrupt

    path = tmp_path / "file.txt"
    path.write_text("first")
    with pytest.raises(KeyboardInterrupt):
        stop_halfway()
    assert path.read_text() == "first"
    assert [*path.parent.iterdir()] == [path]


def test_the_library_offers_the_folder_of_downloads(monkeypatch, tmp_path):
    from course_lib import data

    monkeypatch.setenv("COURSE_LIB_CACHE", str(tmp_path))
    assert data.cache_dir() == cache_dir() == tmp_path
