"""Language models of other libraries, each imported only when one is opened.

Each module gives what :class:`lstm.language_model.LanguageModel` asks for.
"""
