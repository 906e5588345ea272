"""Search in Chinese without a dictionary: a text is found by every two characters that stand side by side in it."""

from __future__ import annotations

from chinese_terms import list_terms
from sphinx.search import SearchLanguage

# The browser cuts what is typed in the same way; without it a whole phrase would have to be one word of the index.
_SPLIT = """
var splitQuery = (query) => {
  const terms = [];
  for (const word of query.match(/[㐀-鿿]+|[^\\s㐀-鿿\\p{Punctuation}]+/gu) || []) {
    const characters = Array.from(word);
    if (!/[㐀-鿿]/.test(word) || characters.length === 1) terms.push(word);
    else for (let at = 0; at + 1 < characters.length; at++) terms.push(characters[at] + characters[at + 1]);
  }
  return terms;
};
"""


class SearchByPairs(SearchLanguage):
    """Pairs of characters (and single ones) for Chinese, whole words for whatever else stands between."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = _SPLIT

    def split(self, input: str) -> list[str]:
        """The terms by which a text is found."""
        return list_terms(input)

    def stem(self, word: str) -> str:
        """A term as the index has it; the browser asks in small letters."""
        return word.lower()

    def word_filter(self, word: str) -> bool:
        """Whether a term is worth keeping."""
        return not word.isdigit()
