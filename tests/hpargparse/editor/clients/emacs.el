;;; The steps in Emacs with Eglot.  -*- lexical-binding: t; -*-

(setq project-vc-extra-root-markers '("run.yaml")
      eglot-confirm-server-edits nil
      eglot-connect-timeout 60
      eglot-sync-connect 60
      xref-prompt-for-identifier nil
      make-backup-files nil
      create-lockfiles nil)
(load (getenv "HPMAN_CONFIG"))
(setq hpman-command (split-string (getenv "HPMAN_LSP")))
(setq eglot-server-programs `((python-mode . ,hpman-command)))

(defun hpman-wait (what condition)
  (let ((end (+ (float-time) 60)))
    (while (not (funcall condition))
      (when (> (float-time) end) (error "Waited for %s" what))
      (accept-process-output nil 0.05))))

(defun hpman-at (text)
  (goto-char (point-min))
  (search-forward text)
  (goto-char (1+ (match-beginning 0))))

;; 1. Open.
(find-file "net.py")
(call-interactively #'eglot)
(hpman-wait "the server" #'eglot-current-server)
;; 2. Definition from a use.
(hpman-at "\"lr\"")
(call-interactively #'xref-find-definitions)
(cl-assert (string-suffix-p "train.py" buffer-file-name))
(cl-assert (string-search "1e-3" (thing-at-point 'line)) t)
;; 3. References.
(hpman-at "\"lr\"")
(let ((found (xref-backend-references 'eglot "LSP identifier at point.")))
  (cl-assert (= (length found) 5) t))
;; 4. Hover.
(let* ((params (eglot--TextDocumentPositionParams))
       (answer (jsonrpc-request (eglot-current-server) :textDocument/hover params))
       (text (plist-get (plist-get answer :contents) :value)))
  (cl-assert (string-search "step size" text) t))
;; 5. Rename over Python, YAML and JSON.
(eglot-rename "rate")
(save-some-buffers t)
(dolist (name '("train.py" "net.py" "run.yaml" "run.json"))
  (with-temp-buffer
    (insert-file-contents name)
    (cl-assert (string-search "rate" (buffer-string)) t)
    (cl-assert (not (string-search "\"lr\"" (buffer-string))) t)))
;; 6. Completion in a line that cannot be parsed.
(find-file "net.py")
(goto-char (point-max))
(insert "x = [_(\"mo")
(let* ((capf (eglot-completion-at-point))
       (found (all-completions "mo" (nth 2 capf))))
  (cl-assert (member "momentum" (mapcar #'substring-no-properties found)) t))
;; 7. Diagnostics.
(delete-region (line-beginning-position) (line-end-position))
(insert "x = _(\"momentun\")\n")
(eglot--signal-textDocument/didChange)
(hpman-wait "a diagnostic" (lambda () eglot--diagnostics))
;; 8. A quick fix.
(forward-line -1)
(let* ((actions (eglot-code-actions (line-beginning-position) (line-end-position)))
       (action (seq-find (lambda (it) (eq t (plist-get it :isPreferred))) actions)))
  (eglot-execute (eglot-current-server) action))
(cl-assert (string= (buffer-substring (line-beginning-position) (line-end-position))
                    "x = _(\"momentum\")") t)
;; 9. The diagnostic is gone.
(eglot--signal-textDocument/didChange)
(hpman-wait "no diagnostic" (lambda () (null eglot--diagnostics)))
;; 10. Symbols.
(find-file "train.py")
(cl-assert (= (length (eglot-imenu)) 3) t)
;; 11. Inlay hints.
(find-file "net.py")
(let* ((range (list :start '(:line 0 :character 0) :end '(:line 99 :character 0)))
       (params (list :textDocument (eglot--TextDocumentIdentifier) :range range))
       (hints (jsonrpc-request (eglot-current-server) :textDocument/inlayHint params)))
  (cl-assert (= (length hints) 2) t))
;; 12. Close.
(save-some-buffers t)
(kill-buffer "net.py")
(eglot-shutdown (eglot-current-server))
(princ "twelve steps\n")
