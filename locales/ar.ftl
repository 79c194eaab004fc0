# نصوص الصفحات بالعربية: https://projectfluent.org/fluent/guide/
# العربية الفصحى المعاصرة، بمصطلحات واجهات Microsoft العربية: تسجيل الدخول، تسجيل الخروج، المستأجر، الموافقة.

language-name = العربية

page-description = سجّل الدخول إلى { $site } واطّلع على حسابك ومطالباتك وجلساتك.
skip-to-content = الانتقال إلى المحتوى
demo-label = عرض توضيحي.
demo-notice = تسجّل الدخول عبر موفر الهوية التجريبي المضمّن. لا شيء هنا حقيقي.
navigation-main = التنقل الرئيسي
navigation-legal = المعلومات القانونية والدعم
home = الرئيسية
claims = المطالبات
sessions = الجلسات
your-claims = مطالباتك
your-sessions = جلساتك
account-of = حساب
sign-in = تسجيل الدخول
sign-in-again = تسجيل الدخول مرة أخرى
sign-out = تسجيل الخروج
terms = الشروط
privacy = الخصوصية
support = الدعم
theme = السمة
theme-system = النظام
theme-light = فاتح
theme-dark = داكن
language = اللغة

copy = نسخ
copy-named = نسخ { $name }
copied = تم النسخ
copy-failed = يتعذّر النسخ

time-just-now = الآن
time-minutes-ago =
    { $count ->
        [zero] الآن
        [one] قبل دقيقة
        [two] قبل دقيقتين
        [few] قبل { $count } دقائق
        [many] قبل { $count } دقيقة
       *[other] قبل { $count } دقيقة
    }
time-hours-ago =
    { $count ->
        [zero] قبل أقل من ساعة
        [one] قبل ساعة
        [two] قبل ساعتين
        [few] قبل { $count } ساعات
        [many] قبل { $count } ساعة
       *[other] قبل { $count } ساعة
    }
time-days-ago =
    { $count ->
        [zero] اليوم
        [one] قبل يوم
        [two] قبل يومين
        [few] قبل { $count } أيام
        [many] قبل { $count } يومًا
       *[other] قبل { $count } يوم
    }
time-in-under-a-minute = بعد أقل من دقيقة
time-in-minutes =
    { $count ->
        [zero] بعد أقل من دقيقة
        [one] بعد دقيقة
        [two] بعد دقيقتين
        [few] بعد { $count } دقائق
        [many] بعد { $count } دقيقة
       *[other] بعد { $count } دقيقة
    }
time-in-hours =
    { $count ->
        [zero] بعد أقل من ساعة
        [one] بعد ساعة
        [two] بعد ساعتين
        [few] بعد { $count } ساعات
        [many] بعد { $count } ساعة
       *[other] بعد { $count } ساعة
    }
time-in-days =
    { $count ->
        [zero] اليوم
        [one] بعد يوم
        [two] بعد يومين
        [few] بعد { $count } أيام
        [many] بعد { $count } يومًا
       *[other] بعد { $count } يوم
    }
duration-seconds =
    { $count ->
        [zero] أقل من ثانية
        [one] ثانية
        [two] ثانيتين
        [few] { $count } ثوانٍ
        [many] { $count } ثانية
       *[other] { $count } ثانية
    }
duration-minutes =
    { $count ->
        [zero] أقل من دقيقة
        [one] دقيقة
        [two] دقيقتين
        [few] { $count } دقائق
        [many] { $count } دقيقة
       *[other] { $count } دقيقة
    }
duration-hours =
    { $count ->
        [zero] أقل من ساعة
        [one] ساعة
        [two] ساعتين
        [few] { $count } ساعات
        [many] { $count } ساعة
       *[other] { $count } ساعة
    }
countdown-hours = بعد { $hours } س { $minutes } د
countdown-minutes = بعد { $minutes } د { $seconds } ث
countdown-seconds = بعد { $seconds } ث
countdown-over = انتهت، ما لم تُستخدم في علامة تبويب أخرى

home-signed-in = أنت مسجّل الدخول باسم { $name }
home-see-claims = عرض مطالباتك
home-account = الحساب
home-user-name = اسم المستخدم
home-tenant = المستأجر
home-issuer = المُصدِر
home-session = الجلسة
home-signed-in-at = تسجيل الدخول
home-ends = الانتهاء
home-session-hint = تنتهي بعد { $idle } من عدم النشاط، وفي موعد أقصاه { $absolute } من تسجيل الدخول.
home-access = الوصول
home-roles = أدوار التطبيق
home-groups = المجموعات
home-scopes = النطاقات
home-none = لا يوجد
home-groups-overage = أكثر مما يتسع له رمز المعرّف المميز
home-groups-none = لا توجد في رمز المعرّف المميز
home-scopes-unknown = لم يذكرها الموفر
home-look-around = استكشف
home-claims-about = ما يقوله موفر الهوية عنك، ومعنى كل مطالبة.
home-sessions-about = الأماكن التي سجّلت الدخول فيها. أنهِ جلسة واحدة أو كل الجلسات.
home-graph = ملفك الشخصي في Microsoft Graph
home-graph-about = تستدعي هذه الصفحة واجهة API برمز الوصول المميز الخاص بك.
home-edit-profile = تحرير ملفك الشخصي
home-edit-profile-about = تفتح صفحة الملف الشخصي لدى موفر الهوية.
home-trace-about = ما أُرسل واستُلم وجرى التحقق منه، خطوة بخطوة. للمطوّرين.
admin-title = للمسؤولين
home-admin-about = صفحة تتطلب دور التطبيق Admin.
home-admin-granted = لديك هذا الدور.
home-admin-denied = ليس لديك هذا الدور، لذا سيُرفض الوصول.
home-session-over = انتهت جلستك. سجّل الدخول مرة أخرى للمتابعة.
home-signed-out = لم تسجّل الدخول
home-signed-out-about = سجّل الدخول لترى ما يخبر به موفر الهوية هذا التطبيق عنك.
home-setup = هل تُعدّ هذا التطبيق؟
home-register-many = لكي يعمل تسجيل الدخول، سجّل عناوين URI لإعادة التوجيه هذه، كلًا منها لدى موفر الهوية الخاص به:
home-register-one = لكي يعمل تسجيل الدخول، سجّل عنوان URI لإعادة التوجيه هذا لدى موفر الهوية:
home-redirect-uri-of = عنوان URI لإعادة التوجيه الخاص بـ { $provider }
home-registered = وهو مسجّل بالفعل لدى موفر الهوية التجريبي.
home-portal = فتح تسجيل التطبيق في مركز إدارة Microsoft Entra
home-tile-claims = ما يقوله موفر الهوية عنك، في مجموعات، مع معنى كل مطالبة.
home-tile-sessions = الأماكن التي سجّلت الدخول فيها، مع زر لإنهاء كل جلسة.
home-tile-access = أدوارك في التطبيق ومجموعاتك، والصفحات التي تتطلبها.
home-tile-apis = واجهات API
home-tile-apis-about = ملفك الشخصي من Microsoft Graph، باستخدام رمز وصول مميز خاص بك.

admin-about = ترى هذه الصفحة لأن رمز المعرّف المميز الخاص بك يتضمن دور التطبيق { $role }. أما المستخدمون الذين ليس لديهم هذا الدور فيرون أنه ليس لديهم حق الوصول.

graph-title = ملفك الشخصي
graph-about = ما يخبر به Microsoft Graph هذا التطبيق عنك.
graph-photo = صورتك
graph-empty = ملفك الشخصي فارغ.
graph-display-name = الاسم
graph-job-title = المسمى الوظيفي
graph-mail = البريد الإلكتروني
graph-user-principal-name = اسم المستخدم
graph-mobile-phone = الهاتف المحمول
graph-business-phones = هواتف العمل
graph-office-location = المكتب
graph-preferred-language = اللغة

choose-title = كيف تريد تسجيل الدخول؟
choose-address = عنوان بريدك الإلكتروني
choose-address-unknown = لا ينتمي هذا العنوان إلى مؤسسة نعرفها. اختر أدناه كيفية تسجيل الدخول.
continue = متابعة
choose-or = أو
choose-continue-with = المتابعة باستخدام { $provider }

sign-out-title = هل تريد تسجيل الخروج؟
sign-out-about = أنت مسجّل الدخول باسم { $name }. يؤدي تسجيل الخروج إلى إنهاء جلستك هنا، ولدى موفر الهوية أيضًا إذا كان يسمح بذلك.
sign-out-stay = البقاء مسجّل الدخول
sign-out-nobody = لم تسجّل الدخول
sign-out-nobody-about = لا توجد هنا جلسة لتسجيل الخروج منها.
signed-out = تم تسجيل الخروج
signed-out-still = ما زلت مسجّل الدخول هنا، أو سجّلت الدخول مرة أخرى.
signed-out-both = انتهت جلستك هنا، وطُلب من موفر الهوية إنهاء جلسته أيضًا.
signed-out-here = انتهت جلستك هنا.
signed-out-here-hint = لم يُطلب من موفر الهوية تسجيل خروجك، لذا قد يظل يتذكرك. على جهاز كمبيوتر مشترك، سجّل الخروج هناك أيضًا، ثم أغلق المتصفح.
signed-out-unknown = لا توجد جلسة في هذا المتصفح.
signed-out-unknown-hint = قد يظل موفر الهوية يتذكرك. على جهاز كمبيوتر مشترك، سجّل الخروج هناك أيضًا، ثم أغلق المتصفح.

sessions-about = الأماكن التي سجّلت فيها الدخول إلى { $site }. إذا لم تتعرّف على إحدى الجلسات، فسجّل الخروج منها، ثم غيّر كلمة المرور لدى موفر الهوية.
sessions-this = هذه الجلسة
sessions-signed-in = تسجيل الدخول
sessions-used = آخر استخدام
sessions-ends = الانتهاء
sessions-ends-at-the-latest = { $time } على أبعد تقدير
sessions-ends-unless-used = { $time }، ما لم تُستخدم
sessions-sign-out-this = تسجيل الخروج من هذه الجلسة
sessions-sign-out-other = تسجيل الخروج من { $device }، تسجيل الدخول { $time }
sessions-hidden =
    { $count ->
        [zero] لا توجد لديك جلسات أخرى.
        [one] لديك جلسة أخرى استُخدمت في وقت أسبق.
        [two] لديك جلستان أخريان استُخدمتا في وقت أسبق.
        [few] لديك { $count } جلسات أخرى استُخدمت في وقت أسبق.
        [many] لديك { $count } جلسة أخرى استُخدمت في وقت أسبق.
       *[other] لديك { $count } جلسة أخرى استُخدمت في وقت أسبق.
    }
sessions-sign-out-others = تسجيل الخروج من كل الجلسات الأخرى
sessions-sign-out-all = تسجيل الخروج من كل مكان
sessions-hint = يؤدي تسجيل الخروج هنا إلى إنهاء هذه الجلسات فورًا. قد يظل متصفح آخر مسجّل الدخول لدى موفر الهوية، فيتمكّن من تسجيل الدخول هنا مجددًا دون كلمة مرور.
sessions-only-one = لم تسجّل الدخول في أي مكان آخر.
sessions-outcome-ended = انتهت الجلسة
sessions-outcome-gone = كانت تلك الجلسة قد انتهت بالفعل
sessions-outcome-others-ended = انتهت كل الجلسات الأخرى
sessions-device = { $browser } على { $system }
sessions-unknown-browser = متصفح غير معروف

claims-about = ما يقوله موفر الهوية عنك: مطالبات رمز المعرّف المميز الذي جرى التحقق منه، ومطالبات نقطة النهاية userinfo لدى الموفر إذا كان هذا التطبيق يستخدمها. لا يُعرض الرمز المميز نفسه أبدًا.
claims-search = البحث في المطالبات
claims-found = النتائج: { $count }
claims-claim = المطالبة
claims-value = القيمة
claims-meaning = المعنى
claims-empty-value = (فارغ)
claims-not-standard = ليست مطالبة قياسية: تُعرض كما أُرسلت.
claims-none = لا توجد مطالبات لعرضها: لم يرسل موفر الهوية شيئًا عنك سوى أنك سجّلت الدخول.
claims-group-you = من أنت
claims-group-sign-in = تسجيل الدخول هذا
claims-group-life = صلاحية الرمز المميز
claims-group-permissions = الأذونات
claims-group-microsoft = خاصة بـ Microsoft
claims-group-other = مطالبات أخرى
claim-address = عنوانك البريدي.
claim-birthdate = تاريخ ميلادك.
claim-email = عنوان بريدك الإلكتروني. قد يتغير وقد لا يكون متحققًا منه: لا يصلح مفتاحًا أبدًا.
claim-email_verified = هل تحقّق موفر الهوية من عنوان البريد الإلكتروني.
claim-emails = عناوين بريدك الإلكتروني. قد تتغير: لا تصلح مفتاحًا أبدًا.
claim-family_name = اسم عائلتك.
claim-gender = جنسك.
claim-given_name = اسمك الأول.
claim-locale = لغتك ومنطقتك.
claim-middle_name = اسمك الأوسط.
claim-name = اسمك، لمخاطبتك به. قد يتغير: لا يصلح مفتاحًا أبدًا.
claim-nickname = اسمك المستعار.
claim-phone_number = رقم هاتفك.
claim-phone_number_verified = هل تحقّق موفر الهوية من رقم الهاتف.
claim-picture = عنوان URL لصورتك.
claim-preferred_username = الاسم الذي تسجّل الدخول به. قد يتغير: لا يصلح مفتاحًا أبدًا.
claim-profile = عنوان URL لصفحة ملفك الشخصي.
claim-sub = أنت، لدى هذا المُصدِر: مع iss، هو المفتاح الثابت الوحيد للمستخدم.
claim-updated_at = متى غيّر موفر الهوية بياناتك آخر مرة.
claim-upn = اسم المستخدم الأساسي الخاص بك. قد يتغير: لا يصلح مفتاحًا أبدًا.
claim-website = موقعك على الويب.
claim-zoneinfo = منطقتك الزمنية.
claim-acr = مدى قوة مصادقتك (authentication context class).
claim-amr = الأساليب التي أجريت المصادقة بها.
claim-aud = الجهة التي أُصدر لها الرمز المميز: معرّف العميل لهذا التطبيق.
claim-auth_time = متى أجريت المصادقة آخر مرة لدى موفر الهوية.
claim-azp = التطبيق الذي أُصدر له الرمز المميز.
claim-idp = موفر الهوية الذي صادق عليك: موفر مؤسستك إذا كنت ضيفًا.
claim-iss = مُصدِر الرمز المميز: موفر الهوية.
claim-login_hint = تُرسل مع تسجيل الخروج أو تسجيل الدخول التالي، حتى لا تضطر إلى اختيار حساب.
claim-sid = جلستك لدى موفر الهوية.
claim-exp = متى تنتهي صلاحية الرمز المميز.
claim-iat = متى أُصدر الرمز المميز.
claim-jti = معرّف الرمز المميز نفسه.
claim-nbf = متى يصبح الرمز المميز صالحًا.
claim-ver = إصدار تنسيق الرمز المميز.
claim-groups = المجموعات التي أنت عضو فيها، بمعرّفات الكائنات.
claim-hasgroups = صحيح إذا لم يتسع الرمز المميز لمجموعاتك: توجد لدى Microsoft Graph.
claim-roles = أدوار التطبيق المعيّنة لك في هذا التطبيق.
claim-scp = ما يمكن لهذا التطبيق فعله نيابةً عنك.
claim-wids = أدوارك في دليل المؤسسة.
claim-_claim_names = مطالبات ليست في الرمز المميز، كلٌّ منها مع مصدرها. في حالة المجموعات: عددها كبير جدًا.
claim-_claim_sources = مكان مطالبات _claim_names. يستعلم هذا التطبيق من Microsoft Graph بدلًا من ذلك.
claim-acct = هل حسابك عضو (0) أم ضيف (1) في المؤسسة.
claim-email_domain = مجال عنوان بريدك الإلكتروني.
claim-ipaddr = العنوان الذي سجّلت الدخول منه.
claim-oid = أنت، في مؤسستك: القيمة نفسها في كل تطبيقاتها.
claim-onprem_sid = معرّف الأمان الخاص بك في الدليل المحلي للمؤسسة.
claim-pwd_exp = متى تنتهي صلاحية كلمة مرورك.
claim-tenant_region_scope = منطقة دليل مؤسستك.
claim-tfp = تدفق المستخدم (نهج B2C) الذي سجّلت الدخول به.
claim-tid = مؤسستك: معرّف مستأجرها.
claim-unique_name = اسم لك، للعرض فقط. قد يتغير: لا يصلح مفتاحًا أبدًا.
claim-xms_cc = تحديات المطالبات (claims challenges) التي يمكن لهذا التطبيق الرد عليها.
claim-xms_edov = هل جرى التحقق من مالك مجال عنوان البريد الإلكتروني.

error-status = الخطأ { $status }
error-requires = تتطلب هذه الصفحة
error-what-you-can-do = ما يمكنك فعله
error-provider-sign-out = تسجيل الخروج لدى موفر الهوية
error-other-account = استخدام حساب آخر
error-details = تفاصيل للدعم
error-provider-code = رمز الموفر
error-correlation-id = معرّف الارتباط
error-time = الوقت
error-send-details = أرسل هذه التفاصيل عند طلب الدعم.
error-ask-for-support = طلب الدعم
error-copy-all = نسخ الكل
error-session-was-valid = عندما فتحت آخر صفحة هنا، كانت صالحة حتى { $time }.
error-for-microsoft = لدعم Microsoft
error-required = المطلوب
error-redirect-uri = عنوان URI لإعادة التوجيه
error-client-id = معرّف العميل
error-authority = المرجع
error-permissions = الأذونات
error-consent-page = الموافقة لكل المستخدمين

action-start-again = ابدأ تسجيل الدخول من جديد.
action-sign-in-again = سجّل الدخول مرة أخرى.
action-wait = انتظر لحظة، ثم أعد المحاولة.
action-wait-and-load = انتظر لحظة، ثم أعد تحميل هذه الصفحة.
action-tell-administrator = قدّم التفاصيل أدناه إلى مسؤول هذا التطبيق.
action-if-it-fails-again = إذا فشلت المحاولة مرة أخرى، فقدّم معرّف الارتباط إلى المسؤول.

error-not-signed-in = يُرجى تسجيل الدخول
    .explanation = يجب أن تكون مسجّل الدخول لرؤية هذه الصفحة.
error-session-over = انتهت جلستك
    .explanation = انتهت صلاحيتها، أو أُنهيت من صفحة أخرى أو من موفر الهوية.
    .action-1 = سجّل الدخول مرة أخرى. ستعود إلى هذه الصفحة.
error-session-ended-meanwhile = انتهت جلستك
    .explanation = أُنهيت أثناء تحميل هذه الصفحة.
    .action-1 = { action-start-again }
error-session-unavailable = جلستك غير متاحة حاليًا
    .explanation = لم يُسجَّل خروجك: مخزن الجلسات لا يستجيب.
    .action-1 = { action-wait-and-load }
error-session-too-large = جلستك كبيرة جدًا
    .explanation = تحتوي على بيانات أكثر مما يسمح به هذا الموقع.
    .action-1 = قدّم معرّف الارتباط إلى المسؤول.
error-session-not-renewed = انتهت جلستك
    .explanation = لم يجدّدها موفر الهوية. ربما أُنهيت هناك، أو تغيّر حسابك.
    .action-1 = { action-start-again }
error-forbidden = ليس لديك حق الوصول
    .explanation = أنت مسجّل الدخول، لكن حسابك ليس لديه حق الوصول إلى هذه الصفحة.
    .action-1 = اطلب حق الوصول من أحد مسؤولي هذا الموقع.
    .action-2 = إذا كان لديك حساب آخر، فاستخدمه.
error-cross-site = حُظر هذا الطلب
    .explanation = لم يأتِ من صفحة من صفحات هذا الموقع.
    .action-1 = انتقل إلى الصفحة الرئيسية واستخدم الزر الموجود هناك.
error-bad-request = هذا الطلب غير صالح
error-too-large = هذا الطلب كبير جدًا
    .explanation = يتجاوز ما يقبله هذا الموقع.
error-compressed = الطلبات المضغوطة غير مدعومة
    .explanation = لا يقبل هذا الموقع نص الطلب إلا دون Content-Encoding.
    .action-1 = أرسل الطلب دون ضغط.
error-incomplete = هذا الطلب غير مكتمل
    .explanation = أُغلق الاتصال قبل وصوله كاملًا.
    .action-1 = أعد المحاولة.
error-too-slow = استغرق هذا الطلب وقتًا طويلًا
    .explanation = يجب أن يصل كاملًا خلال بضع ثوانٍ.
    .action-1 = تحقق من اتصالك، ثم أعد المحاولة.
error-too-many-requests = طلبات كثيرة جدًا
    .explanation = وردت طلبات تسجيل دخول كثيرة جدًا من عنوان شبكتك.
    .action-1 = انتظر دقيقة، ثم أعد المحاولة.
error-not-found = لم يُعثر على الصفحة
    .explanation = ربما كُتب العنوان بشكل خاطئ، أو نُقلت الصفحة.
error-method-not-allowed = الأسلوب غير مسموح به
    .explanation = لا تدعم هذه الصفحة هذا النوع من الطلبات.
error-request-failed = فشل هذا الطلب
    .explanation = لا يمكن لهذا الموقع الرد على هذا الطلب كما أُرسل.
error-api-refused = رفضت واجهة API هذه الطلب
    .explanation = يوضّح الرد رمز الوصول المميز الذي تحتاج إليه.
error-internal = حدث خطأ ما
    .explanation = تعذّر علينا عرض هذه الصفحة. سُجّل الخطأ.
error-consent = موافقتك مطلوبة
    .explanation = تحتاج هذه الصفحة إلى إذن لم تمنحه بعد. سيطلبه موفر الهوية منك.
error-verification = يلزم تحقق إضافي
    .explanation = تشترط مؤسستك تحققًا إضافيًا لهذه الصفحة. سيطلبه موفر الهوية منك.
error-confirm = يُرجى تأكيد هويتك
    .explanation = تحتاج هذه الصفحة إلى تسجيل دخول أحدث أو أقوى من تسجيل دخولك. سيطلبه موفر الهوية منك.
    .action-1 = إذا كنت قد أرسلت نموذجًا، فاملأه مرة أخرى بعد ذلك.
error-still-not-confirmed = يلزم تحقق إضافي
    .explanation = لقد سجّلت الدخول للتو مرة أخرى، لكن هذه الصفحة ما زالت تحتاج إلى تسجيل دخول أحدث أو أقوى.
    .action-1 = انتظر دقيقة، ثم أعد تحميل هذه الصفحة.
    .action-2 = إذا فشلت المحاولة مرة أخرى، فاسأل أحد مسؤولي هذا الموقع.
error-stale-sign-in = تسجيل دخولك ليس حديثًا بما يكفي
    .explanation = طلب هذا الموقع من موفر الهوية أن يجعلك تسجّل الدخول مرة أخرى، لكنك سجّلت الدخول هناك في وقت سابق. لم يتغير شيء في هذا الموقع.
    .action-1 = ارجع إلى الصفحة التي أردتها، وأعد المحاولة.
error-weak-sign-in = يلزم تحقق إضافي
    .explanation = طلب هذا الموقع تسجيل دخول أقوى مما أكّده موفر الهوية. لم يتغير شيء في هذا الموقع.
    .action-1 = ارجع إلى الصفحة التي أردتها، وأكمل التحقق.
    .action-2 = إذا كان حسابك لا يتيح ذلك، فاسأل المسؤول.
error-unknown-sign-in-time = وقت تسجيل دخولك غير معروف
    .explanation = سأل هذا الموقع عن وقت تسجيل دخولك لدى موفر الهوية، لكنه لم يذكره (auth_time). لم يتغير شيء في هذا الموقع.
    .action-1 = للمسؤول: اجعل موفر الهوية يرسل auth_time؛ وهي في Microsoft Entra مطالبة اختيارية.
error-provider-unavailable = تسجيل الدخول غير ممكن حاليًا
    .explanation = موفر الهوية لا يستجيب.
    .action-1 = { action-wait }
error-provider-failed = تسجيل الدخول غير ممكن حاليًا
    .explanation = أبلغ موفر الهوية عن خطأ.
    .action-1 = { action-wait }
error-account-lookup = تسجيل الدخول غير ممكن حاليًا
    .explanation = تعذّر على هذا الموقع البحث عن حسابك.
    .action-1 = { action-wait }
error-already-complete = اكتمل تسجيل الدخول هذا بالفعل
    .explanation = لا يمكن إكمال كل تسجيل دخول إلا مرة واحدة.
    .action-1 = { action-start-again }
error-not-admitted = لا يمكنك تسجيل الدخول هنا
    .explanation = لا يقبل هذا الموقع حسابك.
error-other-user = سجّل حساب آخر الدخول
    .explanation = طلبت هذا بصفتك أحد المستخدمين، لكن مستخدمًا آخر أجاب لدى موفر الهوية. لم يتغير شيء: ما زلت مسجّل الدخول كما كنت.
    .action-1 = أعد المحاولة، واختر الحساب الذي سجّلت الدخول به.
    .action-2 = لتبديل الحساب، سجّل الخروج أولًا.
error-foreign-response = رُفض الرد على تسجيل الدخول
    .explanation = رد موفر الهوية لا يخص تسجيل الدخول هذا.
    .action-1 = { action-start-again }
error-no-tokens = رفض موفر الهوية تسجيل الدخول
    .explanation = لم يُصدر رموزًا مميزة لهذا التطبيق.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-tenant-not-allowed = لا يُسمح لمؤسستك بتسجيل الدخول هنا
    .explanation = ينتمي حسابك إلى مؤسسة لا يسمح بها هذا التطبيق.
    .action-1 = استخدم حسابًا آخر.
    .action-2 = اطلب من مسؤول التطبيق السماح لمؤسستك.
error-clocks-differ = الرد على تسجيل الدخول خارج الوقت المسموح
    .explanation = يختلف وقت موفر الهوية عن وقت هذا التطبيق اختلافًا كبيرًا.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-not-verified = تعذّر التحقق من تسجيل الدخول
    .explanation = لم يجتز رد موفر الهوية التحقق، لذا لم يُسجَّل دخولك.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-logout-token = تسجيل الخروج هذا غير صالح
    .explanation = لم يجتز طلب موفر الهوية لتسجيل خروج مستخدم التحقق.
error-foreign-issuer = لا يمكن بدء تسجيل الدخول هذا هنا
    .explanation = يشير إلى موفر هوية لا يستخدمه هذا التطبيق.
error-provider-removed = يُرجى تسجيل الدخول مرة أخرى
    .explanation = لم يعد هذا الموقع يستخدم موفر الهوية الذي سجّلت الدخول به.
error-replaced = حلّت عمليات تسجيل دخول أحدث محل هذه
    .explanation = بدأت عدة عمليات تسجيل دخول في هذا المتصفح، ربما في عدة علامات تبويب. لا يمكن إكمال إلا الأحدث منها.
    .action-1 = أغلق علامة التبويب هذه وتابع في أخرى، أو ابدأ تسجيل الدخول من جديد.
error-sign-in-expired = استغرق تسجيل الدخول هذا وقتًا طويلًا
    .explanation = يجب إكمال تسجيل الدخول خلال عشر دقائق.
    .action-1 = { action-start-again }
error-sign-in-unknown = لا يمكن متابعة تسجيل الدخول هذا
    .explanation = بدأ في متصفح آخر أو على عنوان آخر لهذا الموقع، أو اكتمل بالفعل.
    .action-1 = { action-start-again }
error-declined = رُفض تسجيل الدخول
    .explanation = رُفض لدى موفر الهوية، من قِبلك أو بموجب نهج مؤسستك.
    .action-1 = ابدأ من جديد ووافق.
    .action-2 = إذا لم تكن أنت من رفض، فاسأل المسؤول.
error-input-needed = يحتاج موفر الهوية إلى إجابتك
    .explanation = لا يمكنه تسجيل دخولك دون سؤالك.
    .action-1 = ابدأ تسجيل الدخول من جديد واتبع إرشاداته.
error-refused = رفض موفر الهوية تسجيل الدخول
    .explanation = لم يقبل طلب هذا التطبيق.
    .action-1 = { action-if-it-fails-again }
error-graph-denied = رفض Microsoft Graph الوصول
    .explanation = يفتقر هذا التطبيق أو حسابك إلى إذن تحتاج إليه هذه الصفحة.
    .action-1 = للمسؤول: أضف الإذن ضمن «أذونات API» (‏User.Read للملفات الشخصية والمجموعات)، وامنح الموافقة.
error-groups-unknown = تعذّر التحقق من مجموعاتك
    .explanation = هذه الصفحة لأعضاء مجموعات معيّنة. لم يُدرج موفر الهوية مجموعاتك لأن عددها كبير جدًا (group overage)، ولا يوفر طريقة للبحث عنها.
    .action-1 = للمسؤول: استخدم دورًا أو مطالبة أخرى لهذه الصفحة، أو اجعل موفر الهوية يرسل مجموعات أقل.
error-graph-unauthorized = رفض Microsoft Graph رمز الوصول المميز الخاص بك
    .explanation = لم يعد الوصول الذي منحته لهذا التطبيق صالحًا.
    .action-1 = { action-start-again }
error-graph-unavailable = لا يستجيب Microsoft Graph
    .explanation = تحتاج هذه الصفحة إلى دليل مؤسستك، وهو غير متاح حاليًا.
    .action-1 = { action-wait-and-load }

request-malformed = تنسيقه غير صحيح.
request-no-form = يجب أن يكون نص الطلب نموذجًا.
request-form-not-utf-8 = النموذج ليس بترميز UTF-8.
request-not-utf-8 = إحدى المعلمات ليست بترميز UTF-8.
request-parameter-twice = تتكرر إحدى المعلمات مرتين.
request-unknown-prompt = قيمة المعلمة prompt غير معروفة.
request-max-age = يجب أن تكون المعلمة max_age عددًا من الثواني.
request-parameter-too-long = إحدى معلمات تسجيل الدخول طويلة جدًا أو تحتوي على أحرف تحكّم.
request-link-expired = مضى على هذا الرابط أكثر من عشر دقائق. ارجع إلى الصفحة التي تحتاج إليه، وأعد تحميلها.
request-unknown-provider = لا تشير المعلمة provider إلى أي موفر هوية في هذا الموقع.
request-logout-token = يجب أن يحتوي النموذج على logout_token واحد.
request-logout-session = يجب أن يحدد الطلب مُصدِرًا واحدًا وجلسة واحدة.
request-unauthenticated = يجب أن تكون المعلمة unauthenticated إما 401 أو redirect، ولا يجوز تعيينها إلا مرة واحدة.
request-rule-claim = لا يمكن أن تستخدم القاعدة مطالبة يستطيع المستخدمون تغييرها، مثل عنوان البريد الإلكتروني.
request-rule = تحتاج القاعدة إلى مطالبة وقيمة.
request-language = لا تشير المعلمة language إلى أي لغة في هذا الموقع.

entra-redirect-uri = عنوان هذا التطبيق غير مسجّل
    .explanation = لا يعرف Microsoft Entra عنوان URI لإعادة التوجيه الذي أرسله هذا التطبيق.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: ضمن «المصادقة» ثم «ويب»، أضف عنوان URI لإعادة التوجيه كما يظهر تمامًا في الصفحة الرئيسية.
entra-client = هذا التطبيق غير مسجّل هنا
    .explanation = لا يوجد تطبيق بمعرّف العميل هذا في دليل المؤسسة.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: قارن client.client_id وclient.authority بالنظرة العامة على التسجيل.
entra-tenant = لم يُعثر على هذه المؤسسة
    .explanation = لا يوجد مستأجر بالاسم أو المعرّف الوارد في إعدادات هذا التطبيق.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: قارن client.authority بمعرّف الدليل (المستأجر) في التسجيل.
entra-secret = سر هذا التطبيق خاطئ أو انتهت صلاحيته
    .explanation = لم يقبل Microsoft Entra سر العميل.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: أنشئ سر عميل جديدًا، وعيّن client.client_credential على قيمته (وليس معرّفه).
entra-certificate = شهادة هذا التطبيق غير مسجّلة
    .explanation = تعذّر على Microsoft Entra التحقق من توقيع هذا التطبيق.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: ضمن «الشهادات والأسرار»، حمّل الشهادة إذا كانت مفقودة أو منتهية الصلاحية. يعرض `identity-web check` بصمتها.
entra-assertion = بيانات اعتماد هذا التطبيق غير صالحة حاليًا
    .explanation = انتهت صلاحية التأكيد أو الرمز المميز الذي يصادق على هذا التطبيق، أو لم تبدأ بعد.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: قارن الساعات. إذا كانت بيانات الاعتماد رمزًا مميزًا موحدًا، فاعرف سبب عدم تجديد ملفه: شغّل `identity-web check`.
entra-federation = الرمز المميز لهذا التطبيق غير موثوق به
    .explanation = لا يطابق الرمز المميز الذي يصادق على هذا التطبيق أيًا من بيانات الاعتماد الموحدة الخاصة به.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: ضمن «الشهادات والأسرار» ثم «بيانات الاعتماد الموحدة»، أضف بيانات اعتماد بالمُصدِر والموضوع والجمهور نفسها التي يعرضها `identity-web check`.
entra-consent = الموافقة مفقودة
    .explanation = يحتاج هذا التطبيق إلى موافقتك أو موافقة أحد المسؤولين لقراءة ملفك الشخصي.
    .action-1 = سجّل الدخول مرة أخرى، واقبل طلب الموافقة.
    .action-2 = إذا لم يُطلب منك ذلك، فيجب أن يمنح أحد المسؤولين الموافقة ضمن «أذونات API».
entra-declined = لقد رفضت
    .explanation = رفضت طلب الموافقة، لذا لم يُسجَّل دخولك.
    .action-1 = لتسجيل الدخول، ابدأ من جديد ووافق.
entra-not-assigned = لم تُمنح حق الوصول
    .explanation = لا يمكن إلا للمستخدمين المعيّنين لهذا التطبيق تسجيل الدخول. وأنت غير معيّن.
    .action-1 = { action-tell-administrator }
    .action-2 = للمسؤول: ضمن «تطبيقات المؤسسة» ثم «المستخدمون والمجموعات»، عيّن المستخدم أو إحدى مجموعاته.
entra-other-organisation = ينتمي هذا الحساب إلى مؤسسة أخرى
    .explanation = الحساب الذي اخترته ليس عضوًا في مؤسسة هذا التطبيق.
    .action-1 = سجّل الدخول بحساب آخر.
    .action-2 = للمسؤول: ادعُ المستخدم بصفته ضيفًا.
entra-password = الحساب أو كلمة المرور غير صحيحة
    .explanation = لم يقبل Microsoft Entra اسم الحساب وكلمة المرور.
    .action-1 = ابدأ من جديد، وتحقق من كتابة اسم الحساب.
entra-locked = هذا الحساب مقفل أو معطّل
    .explanation = لا يمكن استخدامه لتسجيل الدخول حاليًا.
    .action-1 = اسأل مسؤول مؤسستك.
entra-verification = يلزم تحقق إضافي
    .explanation = يطلب Microsoft Entra كلمة مرور جديدة أو إثباتًا آخر للهوية.
    .action-1 = سجّل الدخول مرة أخرى، واتبع الإرشادات.
entra-conditional-access = لا تسمح قواعد مؤسستك بذلك
    .explanation = يحظر الوصول المشروط تسجيل الدخول هذا، ربما بسبب هذا الجهاز أو هذه الشبكة.
    .action-1 = حاول من جهاز تديره مؤسستك.
    .action-2 = اسأل مسؤول مؤسستك.
entra-expired = لم يعد تسجيل الدخول هذا صالحًا
    .explanation = استُخدم رمزه من قبل أو انتهت صلاحيته، أو أُلغي وصولك.
    .action-1 = { action-sign-in-again }
entra-not-signed-in = لم تسجّل الدخول لدى Microsoft
    .explanation = جرت محاولة تسجيل دخول صامت، لكن لم يكن أي حساب مسجّل الدخول.
    .action-1 = { action-sign-in-again }
entra-addresses-differ = عناوين هذا التطبيق غير متطابقة
    .explanation = يختلف عنوان URI لإعادة التوجيه في تسجيل الدخول عن عنوانه في طلب الرمز المميز.
    .action-1 = { action-tell-administrator }
    .action-2 = للمطوّر: يجب أن يتطابق server.public_url والعنوان الذي يخدمه الوكيل.
entra-code-verifier = تعذّر التحقق من تسجيل الدخول
    .explanation = لا يطابق مدقق الرمز تسجيل الدخول (PKCE).
    .action-1 = { action-sign-in-again }
entra-incomplete = الطلب غير مكتمل
    .explanation = تنقص معلمة يطلبها Microsoft Entra.
    .action-1 = { action-tell-administrator }
    .action-2 = للمطوّر: ابحث عن معرّف الارتباط في السجل لمعرفة أيّ معلمة هي.

b2c-no-password-reset = لا يمكن إعادة تعيين كلمة مرورك من هنا
    .explanation = طلبت إعادة تعيين كلمة مرورك، لكن لا توجد في هذا التطبيق صفحة لذلك.
    .action-1 = سجّل الدخول إذا كنت تتذكرها.
    .action-2 = للمسؤول: عيّن b2c.password على تدفق المستخدم الذي يعيد تعيين كلمات المرور، أو فعّل إعادة تعيين كلمة المرور ذاتيًا في تدفق المستخدم لتسجيل الدخول.
b2c-cancelled = لقد ألغيت
    .explanation = غادرت صفحة موفر الهوية، لذا لم يُسجَّل دخولك.
    .action-1 = لتسجيل الدخول، ابدأ من جديد.
b2c-not-signed-in = لم تسجّل الدخول لدى موفر الهوية
    .explanation = جرت محاولة تسجيل دخول صامت، لكن لم يكن أي حساب مسجّل الدخول.
    .action-1 = { action-sign-in-again }
b2c-expired = لم يعد تسجيل الدخول هذا صالحًا
    .explanation = انتهت صلاحية رمزه، أو استُخدم من قبل، أو يخص تسجيل دخول آخر.
    .action-1 = { action-sign-in-again }
b2c-secret = سر هذا التطبيق خاطئ أو انتهت صلاحيته
    .explanation = لم يقبل Azure AD B2C سر العميل.
    .action-1 = للمسؤول: أنشئ سر عميل جديدًا في مستأجر B2C، وعيّن client.client_credential على قيمته (وليس معرّفه).
b2c-redirect-uri = عنوان هذا التطبيق غير مسجّل
    .explanation = لا يعرف Azure AD B2C عنوان URI لإعادة التوجيه الذي أرسله هذا التطبيق.
    .action-1 = للمسؤول: في تسجيل مستأجر B2C، أضف عنوان URI لإعادة التوجيه كما يظهر تمامًا في الصفحة الرئيسية.
b2c-client = هذا التطبيق غير مسجّل هنا
    .explanation = لا يوجد تطبيق بمعرّف العميل هذا في مستأجر B2C.
    .action-1 = للمسؤول: قارن client.client_id وclient.authority بالتسجيل في مستأجر B2C.
b2c-scope = يطلب هذا التطبيق إذنًا غير معروف
    .explanation = لا يعرف Azure AD B2C أحد النطاقات المطلوبة، أو لا يعرفه مع النطاقات الأخرى.
    .action-1 = للمسؤول: قارن auth_request.scopes بأذونات API في التسجيل.
b2c-other-provider = لم يسجّل موفر الهوية الآخر دخولك
    .explanation = اخترت تسجيل الدخول بحساب آخر، لكن موفره لم يُرجع ردًا صالحًا. ربما ألغيت هناك.
    .action-1 = ابدأ من جديد، واختر كيفية تسجيل الدخول.

trace-title = آخر تسجيل دخول لك
trace-about = ما أُرسل واستُلم وجرى التحقق منه عند بدء هذه الجلسة، خطوة بخطوة. لا تُخزَّن الأسرار هنا أبدًا، مثل الرموز والرموز المميزة.
trace-summary = الملخص
trace-began = البدء
trace-took = المدة
trace-passed = عمليات التحقق الناجحة
trace-milliseconds = { $count } مللي ثانية
trace-note = ما يقوله رمز المعرّف المميز عنك موجود في صفحة { $claims }. لا يظهر هنا تسجيل دخول فاشل: تشرحه صفحة الخطأ الخاصة به.
trace-times = بعد { $after } مللي ثانية، المدة { $took } مللي ثانية
trace-step-authorization_request = طلب التخويل
trace-step-callback = رد الاتصال (callback)
trace-step-token_request = طلب الرمز المميز
trace-step-keys = المفاتيح
trace-step-newer_keys = مفاتيح أحدث
trace-step-id_token = رمز المعرّف المميز
trace-step-userinfo = Userinfo
trace-about-authorization_request = أرسل هذا التطبيق المتصفح إلى الموفر بهذه المعلمات.
trace-about-callback = أعاد الموفر المتصفح. انقضى الوقت السابق لهذه الخطوة لدى الموفر.
trace-about-token_request = استبدل هذا التطبيق الرمز برموز مميزة، دون المتصفح.
trace-about-keys = المفاتيح التي تتحقق من توقيعات الموفر.
trace-about-newer_keys = ربما غيّر الموفر مفاتيحه، لذا جُلبت مرة أخرى.
trace-about-id_token = ما استُلم هو رأس الرمز المميز. لا تُعتمد مطالباته إلا بعد عمليات التحقق هذه.
trace-about-userinfo = جلب هذا التطبيق مزيدًا من المطالبات باستخدام رمز الوصول المميز.
trace-check-state = يجب أن يكون لدى المتصفح ملف تعريف الارتباط المختوم لقيمة state هذه، وهو ما يبيّن أنه بدأ تسجيل الدخول.
trace-check-redirect_uri = يجب أن يصل الرد إلى عنوان URI لإعادة التوجيه الوارد في الطلب.
trace-check-iss = يجب أن يكون المُصدِر هو الموفر الذي جرت تهيئته.
trace-check-code = يجب ألا يكون الرمز قد استُخدم من قبل، في أي نسخة متماثلة.
trace-check-code_verifier = يجب أن يقبله الموفر (PKCE) ويُصدر رموزًا مميزة.
trace-check-alg = يجب أن يستخدم التوقيع الخوارزمية الوحيدة المقبولة.
trace-check-typ = يجب أن يكون الرمز المميز رمز معرّف. لا يُقبل رمز الوصول المميز.
trace-check-signature = يجب أن يتحقق أحد مفاتيح الموفر من التوقيع: وقد تحقق منه هذا المفتاح.
trace-check-key_issuer = يجب أن يكون المفتاح منشورًا لهذا المُصدِر.
trace-check-tid = يجب أن يكون المستأجر مسموحًا به. من دون قائمة، يُسمح بكل مستأجر.
trace-check-policy = يجب أن يكون الرمز المميز صادرًا عن النهج الوارد في الطلب.
trace-check-aud = يجب أن يكون الرمز المميز لهذا التطبيق وليس لغيره.
trace-check-azp = يجب أن يكون الرمز المميز صادرًا لهذا التطبيق.
trace-check-exp = يجب ألا تكون صلاحية الرمز المميز قد انتهت. يجوز أن تختلف الساعات بمقدار دقيقة.
trace-check-iat = يجب ألا يكون تاريخ إصدار الرمز المميز في المستقبل.
trace-check-nbf = يجب أن يكون الرمز المميز صالحًا بالفعل.
trace-check-nonce = يجب أن تكون قيمة nonce هي قيمة الطلب، حتى لا يمكن إعادة استخدام أي رمز مميز.
trace-check-sub-userinfo = يجب أن تخص المطالبات مستخدم رمز المعرّف المميز.
trace-check-sub = يجب أن يحدد الرمز المميز المستخدم.
trace-check-at_hash = يجب أن يخص رمز الوصول المميز رمز المعرّف هذا.
trace-check-auth_time = يجب أن يكون المستخدم قد أجرى المصادقة حديثًا بما يكفي: قبل الطلب بهذا العدد من الثواني على الأكثر.
trace-check-acr = يجب أن يكون المستخدم قد أجرى المصادقة بإحدى الطرق المطلوبة.
trace-parameter-endpoint = المكان الذي أُرسلت إليه الرسالة.
trace-parameter-client_id = معرّف هذا التطبيق لدى الموفر.
trace-parameter-response_type = ما يعيده الموفر إلى المتصفح: تعني code رمز تخويل، وليس رمزًا مميزًا.
trace-parameter-response_mode = كيفية انتقال الرد: query في عنوان URL، وform_post في نموذج.
trace-parameter-redirect_uri = المكان الذي يعيد الموفر المتصفح إليه. يجب أن يكون مسجّلًا هناك.
trace-parameter-scope = ما يطلبه التطبيق أو ما مُنح له. يجعله النطاق openid تسجيل دخول.
trace-parameter-state = تربط الرد بهذا المتصفح. مختصرة هنا.
trace-parameter-nonce = تربط رمز المعرّف المميز بتسجيل الدخول هذا. مختصرة هنا.
trace-parameter-code_challenge = تجزئة سر لا يعرفه إلا هذا التطبيق (PKCE).
trace-parameter-code_challenge_method = كيفية حساب التجزئة.
trace-parameter-code_verifier = السر الذي تقوم عليه code_challenge. يقارن الموفر تجزئته، لذا لا فائدة من رمز مسروق.
trace-parameter-prompt = هل يجب على الموفر أن يسأل المستخدم، أم يجب ألا يسأله.
trace-parameter-login_hint = اسم المستخدم المقترح.
trace-parameter-domain_hint = المؤسسة التي تُعرض صفحة تسجيل الدخول الخاصة بها.
trace-parameter-ui_locales = لغات المستخدم، المفضلة أولًا.
trace-parameter-max_age = قبل كم ثانية على الأكثر يجوز أن يكون المستخدم قد أجرى المصادقة.
trace-parameter-acr_values = مدى قوة المصادقة المطلوبة من المستخدم.
trace-parameter-claims = المطالبات المطلوبة أو المستلمة.
trace-parameter-code = رمز التخويل. يُستبدل برموز مميزة مرة واحدة.
trace-parameter-iss = مُرسِل الرد. يمنع ذلك الخلط بين الموفرين (RFC 9207).
trace-parameter-session_state = يحدد الجلسة لدى الموفر. لا يستخدمه هذا التطبيق.
trace-parameter-grant_type = ما يُستبدل برموز مميزة: وهو هنا رمز التخويل.
trace-parameter-authorization = الرأس الذي يحمل بيانات الاعتماد: سر العميل، أو رمز الوصول المميز في userinfo.
trace-parameter-client_secret = بيانات اعتماد هذا التطبيق.
trace-parameter-client_assertion = رمز مميز موقّع بدلًا من سر العميل.
trace-parameter-client_assertion_type = نوع ذلك الرمز المميز.
trace-parameter-token_type = كيفية استخدام رمز الوصول المميز: تعني Bearer أن بإمكان كل من يملكه استخدامه.
trace-parameter-expires_in = عدد الثواني التي يكون فيها رمز الوصول المميز صالحًا.
trace-parameter-access_token = يمنح الوصول إلى واجهات API.
trace-parameter-id_token = يبيّن من سجّل الدخول. تتحقق الخطوات التالية منه.
trace-parameter-refresh_token = يحصل على رموز مميزة جديدة دون المستخدم.
trace-parameter-source = مصدر المفاتيح: تعني cache أنها جُلبت في وقت سابق.
trace-parameter-jwks_uri = المكان الذي ينشر فيه الموفر مفاتيحه.
trace-parameter-keys = عدد المفاتيح القابلة للاستخدام التي ينشرها الموفر.
trace-parameter-alg = خوارزمية التوقيع. لا تُقبل إلا الخوارزمية التي جرت تهيئتها.
trace-parameter-kid = أيّ مفاتيح الموفر وقّع الرمز المميز.
trace-parameter-typ = نوع الرمز المميز.
trace-parameter-x5t = بصمة شهادة المفتاح. لا تُستخدم.
trace-parameter-content_type = هل وصلت المطالبات بصيغة JSON عادية أم في رمز مميز موقّع.
trace-checks = عمليات التحقق
trace-passed-one = نجحت
trace-failed = فشلت، ثم أُعيدت بمفاتيح أحدث
trace-absent = لم تُرسل، وليست مطلوبة
trace-compared = بالمقارنة مع { $value }
trace-sent = أُرسل ({ $count })
trace-received = استُلم ({ $count })
trace-hidden = مخفي: سر
trace-none = لم يُسجَّل تسجيل الدخول هذا. سجّل الدخول مرة أخرى لترى كيف يجري.
