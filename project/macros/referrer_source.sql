<# Where a visit came from, in one word. The first pattern that fits wins, so campaigns stand before plain sites. #>
<% macro referrer_source(url) -%>
    <%- set patterns = {
        '%utm_source=newsletter%': 'newsletter',
        '%utm_source=affiliate%': 'affiliate',
        'https://www.google.%': 'google',
        'https://www.bing.%': 'bing',
        'https://l.instagram.com/%': 'instagram',
    } -%>
    case
        when << url >> is null then 'direct'
        <%- for pattern, source in patterns.items() %>
        when << url >> like '<< pattern >>' then '<< source >>'
        <%- endfor %>
        else 'other_site'
    end
<%- endmacro %>
