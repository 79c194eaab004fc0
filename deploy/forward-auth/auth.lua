-- http-request lua.verify QUERY
--
-- Asks Identity Web whether to allow a request: GET /auth/verify?QUERY. If so, sets txn.verified to "yes" and the
-- request's X-Auth-Request-* headers. If not, the client gets Identity Web's response: a redirect to sign in, 401, 403, 503.

-- The headers to send: the user's cookie, the kind of request, and what HAProxy adds.
local SENT_HEADERS = {
    "accept", "cookie", "purpose", "sec-fetch-dest", "sec-fetch-mode", "sec-purpose", "x-requested-with",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-method", "x-forwarded-proto", "x-forwarded-uri",
}
local NOT_PASSED_ON = { ["connection"] = true, ["content-length"] = true, ["transfer-encoding"] = true }
local TIMEOUT_MS = 5000

local function is_identity(name)
    return name:find("^x%-auth%-request%-") ~= nil
end

local function refuse(txn, response)
    local reply = txn:reply { status = response.status, body = response.body }
    for name, values in pairs(response.headers) do
        if not NOT_PASSED_ON[name] and not is_identity(name) then
            for _, value in pairs(values) do
                reply:add_header(name, value)
            end
        end
    end
    txn:done(reply)
end

core.register_action("verify", { "http-req" }, function(txn, query)
    local sent, headers = txn.http:req_get_headers(), {}
    for _, name in ipairs(SENT_HEADERS) do
        headers[name] = sent[name]
    end
    local response = core.httpclient():get {
        url = "http://identity-web/auth/verify?" .. query,
        dst = "abns@identity-web-verify",
        headers = headers,
        timeout = TIMEOUT_MS,
    }
    if response.status ~= 200 then
        return refuse(txn, response)
    end
    for name, values in pairs(response.headers) do
        if is_identity(name) then
            txn.http:req_set_header(name, values[0])
        end
    end
    txn:set_var("txn.verified", "yes")
end, 1)
