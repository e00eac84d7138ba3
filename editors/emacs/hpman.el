;;; hpman.el --- Eglot: hyperparameters of hpman  -*- lexical-binding: t; -*-

;; `M-x eglot' starts it in a Python file.
(require 'eglot)
(defvar hpman-command '("hpman" "lsp") "The command that serves editors.")
(add-to-list 'eglot-server-programs
             `((python-mode python-ts-mode) . ,(lambda (&rest _) hpman-command)))

(provide 'hpman)
;;; hpman.el ends here
