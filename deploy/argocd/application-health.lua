-- An Application is as healthy as what it holds. Argo CD leaves that out by default; without it, sync waves among
-- Applications do not wait for one another.
local hs = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.health ~= nil then
  hs.status = obj.status.health.status
  if obj.status.health.message ~= nil then
    hs.message = obj.status.health.message
  end
end
return hs
