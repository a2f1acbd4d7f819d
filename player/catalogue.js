// The words of the page's language, by their English: none for English. The server has another one for each language.

export const catalogue = {}
export const plural = (n) => Number(n != 1)
