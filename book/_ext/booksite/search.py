"""Search for Korean and English in one index.

Korean writes particles onto the word (학습, 학습을, 학습에서), so whole words make a poor index.
Hangul is cut into overlapping pairs of syllables instead, in the index and in the query alike:
오토인코더 becomes 오토, 토인, 인코, 코더, all of which stand in 오토인코더는. English is as usual.
site.js asks for pages that hold every pair, and keeps to the language of the search page.
"""

import re

from sphinx.search.en import SearchEnglish

HANGUL = "가-힣ㄱ-ㆎ"


class SearchKorean(SearchEnglish):
    """Sphinx's English search with Hangul cut into pairs of syllables."""

    lang = "ko"
    language_name = "Korean and English"
    _word_re = re.compile(rf"[{HANGUL}]+|[^\W{HANGUL}]+")
    js_splitter_code = r"""
function splitQuery(query) {
  const words = query.match(/[가-힣ㄱ-ㆎ]+|(?:(?![가-힣ㄱ-ㆎ])[\p{L}\p{N}_])+/gu) || [];
  const pairs = (word) => Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
  return words.flatMap((word) =>
    /^[가-힣ㄱ-ㆎ]/.test(word) && word.length > 2 ? pairs(word) : [word]);
}
"""

    def split(self, text):
        """Return the index words of a text: pairs of Hangul syllables, and other words whole."""
        words = []
        for word in self._word_re.findall(text):
            if re.match(f"[{HANGUL}]", word) and len(word) > 2:
                words += [word[i : i + 2] for i in range(len(word) - 1)]
            else:
                words.append(word)
        return words


def setup(app):
    """Make `html_search_language: ko` mean the class above."""
    app.add_search_language(SearchKorean)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
