//! What S3 Access Grants and Lake Formation lend: the rules of their documentation, a small estate each, all answers of somebody told.

use serde_json::{Value, json};

use super::{
    super::Reacher,
    small::{A, B, Estate, KEY, OBJECTS, allow, nothing, only, policy, reader, role_arn, to, trust, user_arn, when},
};

const INSTANCE: &str = "arn:aws:s3:eu-west-1:111122223333:access-grants/default";

/// What somebody has below a prefix, each with its condition and the way.
fn below(estate: &Estate, prefix: &str, who: &str) -> Vec<String> {
    let inventory = estate.inventory();
    let rows = Reacher::new(&inventory).bucket("b", prefix);
    let short = |arn: &str| arn.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let row = |row: &super::super::Reach| {
        let condition = row.condition.as_ref().map_or_else(String::new, |c| format!(" if {c}"));
        let via: Vec<String> = row.via.iter().map(|arn| short(arn)).collect();
        let via = if via.is_empty() { String::new() } else { format!(" via {}", via.join(" ")) };
        format!("{} {}{condition}{via}", row.access.name(), row.answer.name())
    };
    rows.iter().filter(|r| *r.principal == *who).map(row).collect()
}

/// The role of a location as the documentation prints it: it reads and writes only with credentials that the instance lends.
fn location_role(estate: Estate) -> Estate {
    let lent = json!({"StringEquals": {"aws:ResourceAccount": A}, "ArnEquals": {"s3:AccessGrantsInstanceArn": [INSTANCE]}});
    let statement = |sid: &str, actions: &[&str], resource: &str| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource, "Condition": lent});
    let own = policy(&[
        statement("ObjectLevelReadPermissions", &["s3:GetObject", "s3:GetObjectVersion"], "arn:aws:s3:::*"),
        statement("ObjectLevelWritePermissions", &["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::*"),
        statement("BucketLevelReadPermissions", &["s3:ListBucket"], "arn:aws:s3:::*"),
    ]);
    estate.role("location", grants_trust(), own)
}

fn grants_trust() -> Value {
    only(json!({"Sid": "Let", "Effect": "Allow", "Principal": {"Service": "access-grants.s3.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:SetContext"],
        "Condition": {"StringEquals": {"aws:SourceAccount": A, "aws:SourceArn": INSTANCE}}}))
}

fn asks() -> Value {
    only(allow("s3:GetDataAccess", INSTANCE))
}

fn grant(id: &str, (kind, who): (&str, &str), permission: &str, scope: &str) -> Value {
    json!({"CreatedAt": "2026-01-01T00:00:00Z", "AccessGrantId": id, "AccessGrantArn": format!("{INSTANCE}/grant/{id}"),
        "Grantee": {"GranteeType": kind, "GranteeIdentifier": who}, "Permission": permission, "AccessGrantsLocationId": "default", "GrantScope": scope})
}

fn with_grants(estate: Estate, grants: &[Value]) -> Estate {
    let location = json!({"AccessGrantsLocationId": "default", "LocationScope": "s3://", "IAMRoleArn": role_arn("location")});
    estate
        .file("access-grants/instance.json", json!({"AccessGrantsInstanceArn": INSTANCE, "AccessGrantsInstanceId": "default"}))
        .file("access-grants/locations.json", json!({"AccessGrantsLocationsList": [location]}))
        .file("access-grants/grants.json", json!({"AccessGrantsList": grants}))
}

fn granted(grants: &[Value]) -> Estate {
    with_grants(location_role(Estate::new().user("u", asks()).user("v", nothing())), grants)
}

#[test]
fn a_grant_lends_the_access_of_the_role_of_its_location() {
    let user = user_arn("u");
    let of = |permission: &str, scope: &str| granted(&[grant("g-1", ("IAM", &user), permission, scope)]);
    let all = of("READ", "s3://b/*");
    assert_eq!(below(&all, "", &user), ["read yes via location", "list yes via location"]);
    assert_eq!(below(&of("WRITE", "s3://b/*"), "", &user), ["write yes via location"]);
    assert_eq!(below(&of("READWRITE", "s3://b/*"), "", &user), ["read yes via location", "write yes via location", "list yes via location"]);
    assert_eq!(below(&of("READ", "s3://*"), "", &user), ["read yes via location", "list yes via location"]);
    assert_eq!(below(&of("READ", "s3://other/*"), "", &user), [""; 0]);
    // The role itself has nothing without the instance.
    assert_eq!(below(&all, "", &role_arn("location")), [""; 0]);
    assert_eq!(below(&all, "", &user_arn("v")), [""; 0]);
}

#[test]
fn what_is_lent_ends_where_the_grant_does() {
    let user = user_arn("u");
    let estate = granted(&[grant("g-1", ("IAM", &user), "READWRITE", "s3://b/in/*")]);
    assert_eq!(
        below(&estate, "", &user),
        [
            "read conditional if object key like in/* via location",
            "write conditional if object key like in/* via location",
            "list conditional if s3:prefix like in/* via location"
        ]
    );
    assert_eq!(below(&estate, "in/2026/", &user), ["read yes via location", "write yes via location", "list yes via location"]);
    assert_eq!(below(&estate, "out/", &user), [""; 0]);
    let object = granted(&[grant("g-1", ("IAM", &user), "READ", "s3://b/in/one.csv")]);
    assert_eq!(below(&object, "", &user), ["read conditional if object key is in/one.csv via location"]);
    let two = granted(&[grant("g-1", ("IAM", &user), "READ", "s3://b/in*"), grant("g-2", ("IAM", &user), "READ", "s3://b/out*")]);
    assert_eq!(below(&two, "", &user)[0], "read conditional if object key like in* or object key like out* via location");
}

#[test]
fn an_answer_names_the_grant_and_the_statements() {
    let user = user_arn("u");
    let inventory = granted(&[grant("g-1", ("IAM", &user), "READ", "s3://b/*")]).inventory();
    let rows = Reacher::new(&inventory).bucket("b", "");
    let row = rows.iter().find(|r| *r.principal == *user).unwrap();
    let because: Vec<String> = row.because.iter().map(|b| format!("{} {} {}", b.policy, b.statement, b.effect)).collect();
    assert_eq!(
        because,
        [
            "access-grants/111122223333/eu-west-1/grants g-1 Allow",
            "user/u/p 0 Allow",
            "role/location/trust Let Allow",
            "role/location/p ObjectLevelReadPermissions Allow"
        ]
    );
    assert_eq!(row.via.iter().map(ToString::to_string).collect::<Vec<_>>(), [role_arn("location")]);
}

#[test]
fn whoever_is_granted_must_be_allowed_to_ask() {
    let (user, other) = (user_arn("u"), user_arn("v"));
    let estate = granted(&[grant("g-1", ("IAM", &other), "READ", "s3://b/*")]);
    assert_eq!((below(&estate, "", &other), below(&estate, "", &user)), (vec![], vec![]));
    let guarded = only(when(allow("s3:GetDataAccess", "*"), json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})));
    let estate = with_grants(location_role(Estate::new().user("u", guarded)), &[grant("g-1", ("IAM", &user), "READ", "s3://b/*")]);
    let location = role_arn("location");
    assert_eq!(below(&estate, "", &user)[0], format!("read conditional if aws:MultiFactorAuthPresent is true (assuming {location}) via location"));
    // The policy of the instance may let him ask, and may forbid it.
    let lets = to(json!({"AWS": other}), "s3:GetDataAccess", INSTANCE);
    let estate = granted(&[grant("g-1", ("IAM", &other), "READ", "s3://b/*")]);
    let estate = estate.file("access-grants/policy.json", json!({"Policy": only(lets).to_string(), "CreatedAt": "2026-01-01T00:00:00Z"}));
    assert_eq!(below(&estate, "", &other), ["read yes via location", "list yes via location"]);
    let mut denies = to(json!("*"), "s3:GetDataAccess", INSTANCE);
    denies["Effect"] = json!("Deny");
    let estate = granted(&[grant("g-1", ("IAM", &user), "READ", "s3://b/*")]);
    let estate = estate.file("access-grants/policy.json", json!({"Policy": only(denies).to_string()}));
    assert_eq!(below(&estate, "", &user), [""; 0]);
}

#[test]
fn across_accounts_the_instance_and_the_own_policies_must_both_allow() {
    let far = format!("arn:aws:iam::{B}:role/far");
    let estate = || {
        let estate = Estate::new().user("u", nothing()).role_in(B, "far", trust(json!({"Service": "ec2.amazonaws.com"})), asks());
        with_grants(location_role(estate), &[grant("g-1", ("IAM", &far), "READ", "s3://b/*")])
    };
    assert_eq!(below(&estate(), "", &far), [""; 0]);
    let lets = json!({"Policy": only(to(json!({"AWS": B}), "s3:GetDataAccess", INSTANCE)).to_string()});
    assert_eq!(below(&estate().file("access-grants/policy.json", lets.clone()), "", &far), ["read yes via location", "list yes via location"]);
    // Of an account that was not read the own policies are not known.
    let estate = with_grants(location_role(Estate::new()), &[grant("g-1", ("IAM", &far), "READ", "s3://b/*")]);
    let has = below(&estate.file("access-grants/policy.json", lets), "", &far);
    assert!(has.len() == 2 && has[0].starts_with("read unknown if identity policies of"), "{has:?}");
}

#[test]
fn the_role_is_the_accessor() {
    let user = user_arn("u");
    let grants = [grant("g-1", ("IAM", &user), "READWRITE", "s3://b/*")];
    // Its own policies, the bucket's, the key's and its trust decide.
    let weak = Estate::new().user("u", asks()).role("location", grants_trust(), reader());
    assert_eq!(below(&with_grants(weak, &grants), "", &user), ["read yes via location"]);
    let denied = json!({"Sid": "No", "Effect": "Deny", "Principal": {"AWS": role_arn("location")}, "Action": "s3:GetObject", "Resource": OBJECTS});
    assert_eq!(below(&granted(&grants).bucket(only(denied)), "", &user), ["write yes via location", "list yes via location"]);
    let sealed = granted(&grants).sealed(only(to(json!({"AWS": user}), "kms:Decrypt", "*")));
    assert_eq!(below(&sealed, "", &user)[0], "write yes via location", "the key must let the role in, not the user");
    let sealed = granted(&grants).sealed(only(to(json!({"AWS": role_arn("location")}), "kms:*", "*")));
    assert_eq!(below(&sealed, "", &user), ["read yes via location", "write yes via location", "list yes via location"]);
    assert!(KEY.len() == 36);
    let closed = Estate::new().user("u", asks()).role("location", trust(json!({"Service": "ec2.amazonaws.com"})), reader());
    assert_eq!(below(&with_grants(closed, &grants), "", &user), [""; 0]);
    let elsewhere = "arn:aws:s3:us-east-1:111122223333:access-grants/default";
    let other = json!({"Effect": "Allow", "Principal": {"Service": "access-grants.s3.amazonaws.com"}, "Action": "sts:*", "Condition": {"StringEquals": {"aws:SourceArn": elsewhere}}});
    let other = Estate::new().user("u", asks()).role("location", only(other), reader());
    assert_eq!(below(&with_grants(other, &grants), "", &user), [""; 0]);
    let gone = with_grants(Estate::new().user("u", asks()), &grants);
    assert_eq!(below(&gone, "", &user), [""; 0]);
}

#[test]
fn people_of_the_directory_and_roles_that_are_granted() {
    let (id, group) = ("a1b2c3d4-0000-4000-8000-000000000001", "a1b2c3d4-0000-4000-8000-000000000002");
    let one = |kind: &str, who: &str| grant("g-1", (kind, who), "READ", "s3://b/*");
    let people = |grants: &[Value]| {
        granted(grants)
            .top(
                "identity-center/users.json",
                json!({"Users": [{"UserId": id, "UserName": "ana@example.com"}, {"UserId": "x", "UserName": "bob@example.com"}]}),
            )
            .top("identity-center/groups.json", json!({"Groups": [{"GroupId": group, "DisplayName": "analysts"}]}))
    };
    let both = ["read yes via location", "list yes via location"];
    assert_eq!(below(&people(&[one("DIRECTORY_USER", id)]), "", "ana@example.com"), both);
    assert_eq!(below(&people(&[one("DIRECTORY_GROUP", group)]), "", "analysts"), both, "its members were not read");
    let members = json!({"GroupMemberships": [{"GroupId": group, "MemberId": {"UserId": id}}]});
    let estate = people(&[one("DIRECTORY_GROUP", group)]).top("identity-center/group-memberships.json", members);
    assert_eq!((below(&estate, "", "ana@example.com"), below(&estate, "", "bob@example.com")), (both.map(str::to_owned).to_vec(), vec![]));
    let mut through = one("DIRECTORY_USER", id);
    through["ApplicationArn"] = json!("arn:aws:sso::111122223333:application/ssoins-1/apl-1");
    let only_there = "read conditional if application is arn:aws:sso::111122223333:application/ssoins-1/apl-1 via location";
    assert_eq!(below(&people(&[through]), "", "ana@example.com")[0], only_there);
    // Whoever can assume a role that is granted is lent what it is lent.
    let hop = only(allow("sts:AssumeRole", &role_arn("hop")));
    let estate = Estate::new().user("u", hop).role("hop", trust(json!({"AWS": A})), asks());
    let estate = with_grants(location_role(estate), &[one("IAM", &role_arn("hop"))]);
    assert_eq!(below(&estate, "", &role_arn("hop")), both);
    assert_eq!(below(&estate, "", &user_arn("u")), ["read yes via hop location", "list yes via hop location"]);
}

#[test]
fn what_was_not_read_of_access_grants_is_not_known() {
    let user = user_arn("u");
    let has = |estate: &Estate| below(estate, "", &user);
    let estate = || location_role(Estate::new().user("u", asks()).user("v", nothing()));
    let denied = json!({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}});
    let refused = estate().file("access-grants/instance.json", denied.clone());
    assert!(
        has(&refused).len() == 3 && has(&refused)[0].starts_with("read unknown if accounts/111122223333/access-grants/instance.json"),
        "{:?}",
        has(&refused)
    );
    assert_eq!(below(&refused, "", &user_arn("v")), [""; 0], "who may not ask is lent nothing, whatever is granted");
    let none = json!({"Error": {"Code": "AccessGrantsInstanceNotExistsError", "Message": "Access Grants Instance does not exist"}});
    assert_eq!(has(&estate().file("access-grants/instance.json", none)), [""; 0]);
    let page = json!({"AccessGrantsList": [grant("g-1", ("IAM", &user), "READ", "s3://b/*")], "NextToken": "more"});
    let cut = with_grants(estate(), &[]).file("access-grants/grants.json", page);
    assert_eq!(has(&cut)[0], "read yes via location");
    assert!(
        has(&cut)[1].starts_with("write unknown if accounts/111122223333/access-grants/grants.json: the last page is missing"),
        "{:?}",
        has(&cut)
    );
    let locations = with_grants(estate(), &[grant("g-1", ("IAM", &user), "READ", "s3://b/*")]).file("access-grants/locations.json", denied);
    assert!(has(&locations).len() == 2 && has(&locations)[0].starts_with("read unknown"), "{:?}", has(&locations));
    assert!(locations.inventory().gaps.iter().any(|g| g.place.ends_with("access-grants/locations.json")));
    let odd = with_grants(estate(), &[grant("g-1", ("IAM", &user), "OWN", "s3://b/*")]);
    assert!(odd.inventory().gaps.iter().any(|g| g.why.contains("`OWN`")) && has(&odd)[0].starts_with("read unknown"));
}

#[test]
fn what_is_had_and_what_is_lent_add_up() {
    let user = user_arn("u");
    let own = policy(&[allow("s3:GetObject", "arn:aws:s3:::b/own/*"), allow("s3:GetDataAccess", INSTANCE)]);
    let estate = |grants: &[Value]| with_grants(location_role(Estate::new().user("u", own.clone())), grants);
    assert_eq!(below(&estate(&[]), "", &user), ["read conditional if object key like own/*"]);
    let lent = estate(&[grant("g-1", ("IAM", &user), "READ", "s3://b/lent/*")]);
    assert_eq!(below(&lent, "", &user)[0], "read conditional if object key like lent/* or object key like own/*");
    assert_eq!((below(&lent, "own/", &user), below(&lent, "lent/", &user)[0].as_str()), (vec!["read yes".to_owned()], "read yes via location"));
    // A bucket of another region is none of this instance's.
    let far = lent.file("buckets/b/location.json", json!({"LocationConstraint": "us-east-1"}));
    assert_eq!(below(&far, "", &user), ["read conditional if object key like own/*"]);
}

/// The role that a location is registered with.
fn lake_role(estate: Estate) -> Estate {
    let own = policy(&[allow("s3:GetObject", OBJECTS), allow("s3:PutObject", OBJECTS), allow("s3:ListBucket", "arn:aws:s3:::b")]);
    estate.role("lake", trust(json!({"Service": "lakeformation.amazonaws.com"})), own)
}

fn lake_asks() -> Value {
    only(allow("lakeformation:GetDataAccess", "*"))
}

fn permission(who: &str, resource: Value, permissions: &[&str]) -> Value {
    json!({"Principal": {"DataLakePrincipalIdentifier": who}, "Resource": resource, "Permissions": permissions, "PermissionsWithGrantOption": []})
}

fn table(name: &str) -> Value {
    json!({"Table": {"CatalogId": A, "DatabaseName": "sales", "Name": name}})
}

fn stored(name: &str, location: &str) -> Value {
    json!({"Name": name, "DatabaseName": "sales", "CatalogId": A, "StorageDescriptor": {"Location": location}})
}

fn in_lake(estate: Estate, registered: &str, hybrid: bool, permissions: &[Value]) -> Estate {
    let tables = [stored("orders", "s3://b/sales/orders/"), stored("people", "s3://b/sales/people"), stored("elsewhere", "s3://b/raw/elsewhere")];
    lake_role(estate)
        .file(
            "lake-formation/resources.json",
            json!({"ResourceInfoList": [{"ResourceArn": registered, "RoleArn": role_arn("lake"), "HybridAccessEnabled": hybrid}]}),
        )
        .file("lake-formation/permissions.json", json!({"PrincipalResourcePermissions": permissions}))
        .file("lake-formation/settings.json", json!({"DataLakeSettings": {"DataLakeAdmins": []}}))
        .file("glue/sales/tables.json", json!({"TableList": tables}))
}

fn lake(permissions: &[Value]) -> Estate {
    in_lake(Estate::new().user("u", lake_asks()).user("v", nothing()), "arn:aws:s3:::b/sales", false, permissions)
}

const ORDERS: &str = "if object key like sales/orders/* via lake";

#[test]
fn a_permission_on_a_table_lends_what_lies_below_it() {
    let user = user_arn("u");
    let of = |resource: Value, permissions: &[&str]| lake(&[permission(&user, resource, permissions)]);
    let selects = of(table("orders"), &["SELECT"]);
    let list = "list conditional if s3:prefix like sales/orders/* via lake".to_owned();
    assert_eq!(below(&selects, "", &user), [format!("read conditional {ORDERS}"), list.clone()]);
    assert_eq!(below(&selects, "sales/orders/2026/", &user), ["read yes via lake", "list yes via lake"]);
    assert_eq!(below(&selects, "sales/people/", &user), [""; 0]);
    assert_eq!(below(&of(table("orders"), &["INSERT"]), "", &user), [format!("write conditional {ORDERS}")]);
    assert_eq!(below(&of(table("orders"), &["DELETE", "DESCRIBE"]), "", &user), [format!("write conditional {ORDERS}")]);
    let all = [format!("read conditional {ORDERS}"), format!("write conditional {ORDERS}"), list];
    assert_eq!(below(&of(table("orders"), &["ALL"]), "", &user), all);
    assert_eq!(below(&of(table("orders"), &["DESCRIBE", "ALTER", "DROP"]), "", &user), [""; 0]);
    // A location nobody registered is not lent, and a table that is not there is not either.
    assert_eq!(below(&of(table("elsewhere"), &["SELECT"]), "", &user), [""; 0]);
    assert_eq!(below(&of(table("dropped"), &["SELECT"]), "", &user), [""; 0]);
    let location = json!({"DataLocation": {"CatalogId": A, "ResourceArn": "arn:aws:s3:::b/sales"}});
    assert_eq!(below(&of(location, &["DATA_LOCATION_ACCESS"]), "", &user), [""; 0]);
    assert_eq!(below(&of(json!({"Database": {"CatalogId": A, "Name": "sales"}}), &["ALL"]), "", &user), [""; 0]);
}

#[test]
fn all_tables_of_a_database_and_groups_that_are_no_principals() {
    let user = user_arn("u");
    let wildcard = json!({"Table": {"CatalogId": A, "DatabaseName": "sales", "Name": "ALL_TABLES", "TableWildcard": {}}});
    let estate = lake(&[permission(&user, wildcard.clone(), &["SELECT"])]);
    let both = "read conditional if object key like sales/orders/* or object key like sales/people/* via lake";
    assert_eq!(below(&estate, "", &user)[0], both);
    let whole = json!({"TableWithColumns": {"CatalogId": A, "DatabaseName": "sales", "Name": "ALL_TABLES", "ColumnWildcard": {}}});
    assert_eq!(below(&lake(&[permission(&user, whole, &["SELECT"])]), "", &user)[0], both);
    // Everybody whom IAM allows is left to IAM; everybody of the account who may ask is not.
    assert_eq!(below(&lake(&[permission("IAM_ALLOWED_PRINCIPALS", wildcard.clone(), &["ALL"])]), "", &user), [""; 0]);
    let mut tagged = permission(&format!("{A}:IAMPrincipals"), wildcard, &["SELECT"]);
    assert_eq!(below(&lake(&[tagged.clone()]), "sales/orders/", &user), ["read yes via lake", "list yes via lake"]);
    assert_eq!(below(&lake(&[tagged.clone()]), "sales/orders/", &user_arn("v")), [""; 0]);
    tagged["Condition"] = json!({"Expression": "context.iam.principalTags.hasTag(\"team\")"});
    let conditional = "read conditional if Lake Formation condition context.iam.principalTags.hasTag(\"team\") via lake";
    assert_eq!(below(&lake(&[tagged]), "sales/orders/", &user)[0], conditional);
}

#[test]
fn whoever_has_a_permission_must_be_allowed_to_ask_lake_formation() {
    let (user, other) = (user_arn("u"), user_arn("v"));
    assert_eq!(below(&lake(&[permission(&other, table("orders"), &["SELECT"])]), "sales/orders/", &other), [""; 0]);
    // The call is about no resource: a statement that names one does not allow it.
    let narrow = only(allow("lakeformation:GetDataAccess", "arn:aws:lakeformation:*:111122223333:catalog:111122223333"));
    let estate = in_lake(Estate::new().user("u", narrow), "arn:aws:s3:::b", false, &[permission(&user, table("orders"), &["SELECT"])]);
    assert_eq!(below(&estate, "sales/orders/", &user), [""; 0]);
    let bounded = Estate::new().user("u", only(allow("lakeformation:*", "*"))).bound(only(allow("s3:*", "*")));
    let estate = in_lake(bounded, "arn:aws:s3:::b", false, &[permission(&user, table("orders"), &["SELECT"])]);
    assert_eq!(below(&estate, "sales/orders/", &user), [""; 0]);
    // Of another account nobody in it is known: the account itself is lent to.
    let estate = lake(&[permission(B, table("orders"), &["SELECT"])]);
    assert_eq!(below(&estate, "sales/orders/", &format!("arn:aws:iam::{B}:root")), ["read yes via lake", "list yes via lake"]);
    let person = "arn:aws:identitystore:::user/a1b2c3d4";
    let estate = lake(&[permission(person, table("orders"), &["SELECT"])]);
    let estate = estate.top("identity-center/users.json", json!({"Users": [{"UserId": "a1b2c3d4", "UserName": "ana@example.com"}]}));
    assert_eq!(below(&estate, "sales/orders/", "ana@example.com"), ["read yes via lake", "list yes via lake"]);
}

#[test]
fn filters_make_it_conditional() {
    let user = user_arn("u");
    let read = |resource: Value| below(&lake(&[permission(&user, resource, &["SELECT"])]), "sales/orders/", &user);
    let cells = json!({"DataCellsFilter": {"TableCatalogId": A, "DatabaseName": "sales", "TableName": "orders", "Name": "north"}});
    assert_eq!(read(cells), ["read conditional if Lake Formation filter north via lake", "list conditional if Lake Formation filter north via lake"]);
    let columns = json!({"TableWithColumns": {"CatalogId": A, "DatabaseName": "sales", "Name": "orders", "ColumnNames": ["day", "sum"]}});
    assert_eq!(read(columns)[0], "read conditional if Lake Formation columns day, sum of sales.orders via lake");
    let but =
        json!({"TableWithColumns": {"CatalogId": A, "DatabaseName": "sales", "Name": "orders", "ColumnWildcard": {"ExcludedColumnNames": ["iban"]}}});
    assert_eq!(read(but)[0], "read conditional if Lake Formation columns all but iban of sales.orders via lake");
}

#[test]
fn tags_of_databases_tables_and_columns() {
    let user = user_arn("u");
    let tag = |key: &str, values: &[&str]| json!({"CatalogId": A, "TagKey": key, "TagValues": values});
    let by = |expression: &[Value]| {
        permission(&user, json!({"LFTagPolicy": {"CatalogId": A, "ResourceType": "TABLE", "Expression": expression}}), &["SELECT"])
    };
    let estate = |permission: Value| {
        lake(&[permission])
            .file("lake-formation/lf-tags/sales.json", json!({"LFTagOnDatabase": [tag("module", &["orders"])]}))
            .file(
                "lake-formation/lf-tags/sales/orders.json",
                json!({"LFTagOnDatabase": [tag("module", &["orders"])], "LFTagsOnTable": [tag("level", &["low"])]}),
            )
            .file(
                "lake-formation/lf-tags/sales/people.json",
                json!({"LFTagOnDatabase": [tag("module", &["orders"])], "LFTagsOnTable": [tag("module", &["people"]), tag("level", &["low"])],
                    "LFTagsOnColumns": [{"Name": "iban", "LFTags": [tag("level", &["high"])]}]}),
            )
            .file("lake-formation/lf-tags/sales/elsewhere.json", json!({"LFTagOnDatabase": [tag("module", &["orders"])]}))
    };
    let read = |expression: &[Value], prefix: &str| below(&estate(by(expression)), prefix, &user).first().cloned().unwrap_or_default();
    // Inherited from the database, unless the table says otherwise.
    assert_eq!(read(&[tag("module", &["orders", "stock"])], "sales/orders/"), "read yes via lake");
    assert_eq!(read(&[tag("module", &["orders"])], "sales/people/"), "");
    // Every key, one of its values.
    assert_eq!(read(&[tag("module", &["orders"]), tag("level", &["low"])], "sales/orders/"), "read yes via lake");
    assert_eq!(read(&[tag("module", &["orders"]), tag("level", &["high"])], "sales/orders/"), "");
    assert_eq!(read(&[tag("level", &["*"])], "sales/orders/"), "read yes via lake");
    // Columns with tags of their own are left out, or are all there is.
    let cut = |level: &str| format!("read conditional if Lake Formation columns with level={level} of sales.people via lake");
    assert_eq!(read(&[tag("level", &["low"])], "sales/people/"), cut("low"));
    assert_eq!(read(&[tag("level", &["high"])], "sales/people/"), cut("high"));
    assert_eq!(read(&[tag("module", &["people"])], "sales/people/"), "read yes via lake");
    let named = permission(&user, json!({"LFTagPolicy": {"CatalogId": A, "ResourceType": "TABLE", "ExpressionName": "low"}}), &["SELECT"]);
    let kept = json!({"LFTagExpressions": [{"Name": "low", "CatalogId": A, "Expression": [tag("level", &["low"]), tag("module", &["orders"])]}]});
    let with = estate(named.clone()).file("lake-formation/lf-tag-expressions.json", kept);
    assert_eq!(below(&with, "sales/orders/", &user)[0], "read yes via lake");
    assert!(below(&estate(named), "sales/orders/", &user)[0].starts_with("read unknown if LF-tag expression low"));
    let databases = permission(&user, json!({"LFTagPolicy": {"ResourceType": "DATABASE", "Expression": [tag("module", &["orders"])]}}), &["ALL"]);
    assert_eq!(below(&estate(databases), "sales/orders/", &user), [""; 0]);
    // Tags that nobody dumped.
    let unread = lake(&[by(&[tag("module", &["orders"])])]);
    assert!(below(&unread, "sales/orders/", &user)[0].starts_with("read unknown if accounts/111122223333/lake-formation/lf-tags/sales/"));
    assert!(unread.inventory().gaps.iter().any(|g| g.place.ends_with("lf-tags") && g.why.contains("of 3 tables")));
}

#[test]
fn hybrid_locations_lend_to_those_who_opted_in() {
    let user = user_arn("u");
    let estate = |opt_ins: Option<Value>| {
        let permissions = [permission(&user, table("orders"), &["SELECT"])];
        let estate = in_lake(Estate::new().user("u", lake_asks()), "arn:aws:s3:::b/sales", true, &permissions);
        match opt_ins {
            Some(list) => estate.file("lake-formation/opt-ins.json", json!({"LakeFormationOptInsInfoList": list})),
            None => estate,
        }
    };
    let opted = |resource: Value| json!([{"Principal": {"DataLakePrincipalIdentifier": user}, "Resource": resource, "LastModified": "2026-01-01"}]);
    let read = |opt_ins: Option<Value>| below(&estate(opt_ins), "sales/orders/", &user).first().cloned().unwrap_or_default();
    assert_eq!(read(Some(opted(table("orders")))), "read yes via lake");
    assert_eq!(read(Some(opted(json!({"Database": {"Name": "sales"}})))), "read yes via lake");
    assert_eq!(read(Some(opted(table("people")))), "");
    assert_eq!(read(Some(json!([]))), "");
    assert!(read(None).starts_with("read unknown if accounts/111122223333/lake-formation/opt-ins.json: the file is missing"), "{}", read(None));
}

#[test]
fn administrators_of_the_lake_administer_and_do_not_read() {
    let user = user_arn("u");
    let admins = json!({"DataLakeSettings": {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": user}]}});
    let estate = |own: Value| {
        let estate = in_lake(Estate::new().user("u", own).user("v", only(allow("lakeformation:*", "*"))), "arn:aws:s3:::b/sales", false, &[]);
        estate.file("lake-formation/settings.json", admins.clone())
    };
    let full = estate(only(allow("lakeformation:*", "*")));
    assert_eq!(below(&full, "", &user), ["admin conditional if object key like sales/* via lake"]);
    assert_eq!(below(&full, "sales/people/", &user), ["admin yes via lake"]);
    assert_eq!(below(&full, "", &user_arn("v")), [""; 0]);
    assert_eq!(below(&estate(lake_asks()), "", &user), [""; 0], "who may not call GrantPermissions grants nothing");
}

#[test]
fn what_was_not_read_of_lake_formation_is_not_known() {
    let user = user_arn("u");
    let denied = json!({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}});
    let has = |estate: &Estate, prefix: &str| below(estate, prefix, &user);
    let estate = || lake(&[permission(&user, table("orders"), &["SELECT"])]);
    let refused = estate().file("lake-formation/permissions.json", denied.clone());
    assert!(
        has(&refused, "sales/orders/").len() == 3
            && has(&refused, "sales/orders/")[0].contains("read unknown if accounts/111122223333/lake-formation/permissions.json")
    );
    assert_eq!(has(&refused, "raw/"), [""; 0], "nothing is lent outside of registered locations");
    assert_eq!(below(&refused, "", &user_arn("v")), [""; 0]);
    let refused = estate().file("lake-formation/resources.json", denied.clone());
    assert!(has(&refused, "sales/orders/")[0].starts_with("read unknown"), "{:?}", has(&refused, "sales/orders/"));
    let refused = estate().file("glue/sales/tables.json", denied.clone());
    assert!(has(&refused, "sales/orders/")[0].starts_with("read unknown"));
    let page = json!({"TableList": [stored("people", "s3://b/sales/people")], "NextToken": "more"});
    assert!(has(&estate().file("glue/sales/tables.json", page), "sales/orders/")[0].starts_with("read unknown"));
    let refused = in_lake(Estate::new().user("u", only(allow("lakeformation:*", "*"))), "arn:aws:s3:::b", false, &[])
        .file("lake-formation/settings.json", denied);
    assert!(has(&refused, "").len() == 1 && has(&refused, "")[0].starts_with("admin unknown"), "{:?}", has(&refused, ""));
    assert!(refused.inventory().gaps.iter().any(|g| g.place.ends_with("lake-formation/settings.json")));
}
