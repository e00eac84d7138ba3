-- Neovim: hyperparameters of hpman in Python, YAML and JSON.
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "python", "yaml", "json" },
  callback = function(event)
    vim.lsp.start({
      name = "hpman",
      cmd = vim.g.hpman_command or { "hpman", "lsp" },
      root_dir = vim.fs.root(event.buf, { "pyproject.toml", "setup.py", ".git" }),
    }, { bufnr = event.buf })
  end,
})
