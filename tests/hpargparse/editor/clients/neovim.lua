-- The twelve steps in Neovim. It exits with an error at the first one that fails.
vim.g.loaded_python3_provider = 0
vim.g.hpman_command = vim.split(vim.env.HPMAN_LSP, " ")
vim.o.swapfile = false
vim.o.hidden = true
dofile(vim.env.HPMAN_CONFIG)
local LIMIT = 60000

local function fail(message)
  io.stderr:write(message .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(LIMIT, condition, 20) then
    fail("waited for " .. what)
  end
end

local function place(text, shift)
  vim.fn.cursor(1, 1)
  if vim.fn.search("\\V" .. text, "cW") == 0 then
    fail("not found: " .. text)
  end
  local at = vim.api.nvim_win_get_cursor(0)
  vim.api.nvim_win_set_cursor(0, { at[1], at[2] + (shift or 1) })
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, LIMIT)
  for _, answer in pairs(answers or {}) do
    if answer.err then
      fail(method .. ": " .. answer.err.message)
    end
    return answer.result
  end
  fail("no answer to " .. method)
end

local function here()
  return vim.lsp.util.make_position_params(0, "utf-16")
end

local function line()
  return vim.api.nvim_get_current_line()
end

local function document()
  return { textDocument = vim.lsp.util.make_text_document_params() }
end

-- 1. Open.
vim.cmd("edit net.py")
wait("the server", function()
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  return client and client.initialized
end)
-- 2. Definition from a use.
place('"lr"')
vim.lsp.buf.definition()
wait("the definition", function()
  return vim.fn.expand("%:t") == "train.py" and line():find("1e-3", 1, true)
end)
-- 3. References.
place('"lr"')
local params = here()
params.context = { includeDeclaration = true }
local found = request("textDocument/references", params)
assert(#found == 5, "references: " .. #found)
-- 4. Hover.
local hover = request("textDocument/hover", here())
assert(hover.contents.value:find("step size", 1, true), hover.contents.value)
-- 5. Rename over Python, YAML and JSON.
vim.lsp.buf.rename("rate")
wait("the rename", function()
  return line():find('"rate"', 1, true)
end)
vim.cmd("wall")
for _, name in ipairs({ "train.py", "net.py", "run.yaml", "run.json" }) do
  local text = table.concat(vim.fn.readfile(name), "\n")
  assert(text:find("rate", 1, true) and not text:find('"lr"', 1, true), name .. ": " .. text)
end
-- 6. Completion in a line that cannot be parsed.
vim.cmd("edit net.py")
vim.api.nvim_buf_set_lines(0, -1, -1, false, { 'x = [_("mo' })
vim.api.nvim_win_set_cursor(0, { vim.fn.line("$"), 10 })
local at = here()
at.position.character = 10
local items = request("textDocument/completion", at).items
assert(items[1].label == "momentum", vim.inspect(items))
-- 7. Diagnostics.
vim.api.nvim_buf_set_lines(0, -2, -1, false, { 'x = _("momentun")' })
wait("a diagnostic", function()
  local rows = vim.diagnostic.get(0)
  return #rows == 1 and rows[1].code == "HPM202"
end)
-- 8. A quick fix.
vim.api.nvim_win_set_cursor(0, { vim.fn.line("$"), 5 })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.isPreferred
  end,
})
wait("the fix", function()
  return line() == 'x = _("momentum")'
end)
-- 9. The diagnostic is gone.
wait("no diagnostic", function()
  return #vim.diagnostic.get(0) == 0
end)
-- 10. Symbols.
vim.cmd("edit train.py")
local symbols = request("textDocument/documentSymbol", document())
assert(#symbols == 3 and symbols[1].name == "rate", vim.inspect(symbols))
-- 11. Inlay hints.
vim.cmd("edit net.py")
params = document()
params.range = { start = { line = 0, character = 0 }, ["end"] = { line = 99, character = 0 } }
local hints = request("textDocument/inlayHint", params)
assert(#hints == 2 and hints[1].label == "= 1e-3", vim.inspect(hints))
vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
-- 12. Close.
vim.cmd("wall")
vim.cmd("bwipeout! net.py")
for _, client in ipairs(vim.lsp.get_clients()) do
  client.stop()
end
io.stdout:write("twelve steps\n")
vim.cmd("qall!")
