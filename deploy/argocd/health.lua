-- What Argo CD shows of a ColocatedCache; its conditions are described in docs/conditions.md.
-- Capped at or above minReplicas is Healthy, and the message says so: that is all the cluster can hold.
local hs = { status = "Progressing", message = "Waiting for the operator" }

if obj.status == nil or obj.status.conditions == nil then
  return hs
end
if obj.metadata.generation ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  hs.message = "Waiting for the operator to see the newest spec"
  return hs
end

local condition = {}
for _, c in ipairs(obj.status.conditions) do
  condition[c.type] = c
end
local function is(kind, status)
  return condition[kind] ~= nil and condition[kind].status == status
end

-- Nothing more happens until somebody changes something.
if is("Stalled", "True") then
  hs.status = "Degraded"
  hs.message = condition.Stalled.message
  return hs
end
-- Something is still to happen by itself.
if is("Reconciling", "True") then
  hs.message = condition.Reconciling.message
  return hs
end
if is("Ready", "True") then
  hs.status = "Healthy"
  hs.message = condition.Ready.message
  if is("Colocated", "False") then
    hs.message = hs.message .. "; " .. condition.Colocated.message
  end
  return hs
end
-- Fewer than minReplicas fit: a node has to come, or something has to go.
if condition.Ready ~= nil and condition.Ready.reason == "TooFewPairs" then
  hs.status = "Degraded"
end
if condition.Ready ~= nil then
  hs.message = condition.Ready.message
end
return hs
